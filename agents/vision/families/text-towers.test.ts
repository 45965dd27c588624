import { describe, expect, test } from 'vitest'
import type { TensorShape } from '../session/session.ts'
import { answeringSession, floats } from '../testing/answering-session.ts'
import { openPart } from '../testing/open-part.ts'
import { clipText } from './clip-text.ts'
import type { Family } from './family.ts'
import { siglipText } from './siglip-text.ts'

/** Words divided by spaces, with a start and an end. */
const tokenizer = {
  added_tokens: [
    { id: 1, content: '<s>', special: true },
    { id: 2, content: '</s>', special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '</s>', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
    },
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '<unk>',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '<pad>': 0, '<s>': 1, '</s>': 2, '<unk>': 3, a: 4, red: 5, dog: 6, Dog: 7 },
  },
}
const config = { pad_token: '<pad>' }
const ids = (type = 'int64', ...dims: TensorShape['dims']): TensorShape => ({
  name: 'input_ids',
  type,
  dims: dims.length > 0 ? dims : ['batch', 'tokens'],
})
const mask: TensorShape = { name: 'attention_mask', type: 'int64', dims: ['batch', 'tokens'] }
const embeds = { name: 'text_embeds', tensor: floats([1, 2], [3, 4]) }

function open(family: Family, inputs: readonly TensorShape[], outputs = [embeds]) {
  const session = answeringSession(inputs, outputs)
  const files: Record<string, object> = { 'tokenizer.json': tokenizer, 'tokenizer_config.json': config }
  const opening = openPart(family, 'text-embedder', {
    part: { family: family.name, file: 'text.onnx' },
    session,
    readFile: async (name) => (files[name] ? new TextEncoder().encode(JSON.stringify(files[name])) : null),
  })
  return { opening, session }
}
const asked = async (family: Family, inputs: readonly TensorShape[], text: string) => {
  const { opening, session } = open(family, inputs)
  const answer = await (await opening).embedText(text)
  return { ...answer, feeds: session.asked[0] ?? {} }
}

describe('the text side of CLIP', () => {
  test('reads 77 tokens, hides what fills up, and gives a vector of length 1', async () => {
    const { vector, feeds } = await asked(clipText, [ids(), mask], 'a red dog')
    expect(feeds.input_ids!.dims).toEqual([1, 77])
    expect([...(feeds.input_ids!.data as BigInt64Array)].slice(0, 7)).toEqual([1n, 4n, 5n, 6n, 2n, 0n, 0n])
    expect([...(feeds.attention_mask!.data as BigInt64Array)].slice(0, 7)).toEqual([
      1n,
      1n,
      1n,
      1n,
      1n,
      0n,
      0n,
    ])
    expect([...vector!]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)])
  })

  test('is given as many tokens and of the type that its file says', async () => {
    const { feeds } = await asked(clipText, [ids('int32', 1, 16)], 'a red dog')
    expect(feeds.input_ids!.dims).toEqual([1, 16])
    expect(feeds.input_ids!.data).toBeInstanceOf(Int32Array)
  })

  test('a text of nothing has no vector', async () => {
    expect(await asked(clipText, [ids()], ' \n ')).toMatchObject({ vector: null, suggestions: [] })
  })

  test.each([
    ['a whole CLIP', [ids(), { name: 'pixel_values', type: 'float32', dims: [1, 3, 224, 224] }], [embeds]],
    ['an export without the projection', [ids()], [{ ...embeds, name: 'pooler_output' }]],
    ['a picture tower', [{ name: 'pixel_values', type: 'float32', dims: [1, 3, 224, 224] }], [embeds]],
  ])('%s is refused with a sentence', async (_, inputs, outputs) => {
    await expect(Promise.resolve().then(() => open(clipText, inputs, outputs).opening)).rejects.toMatchObject(
      {
        code: 'model_broken',
        message: expect.stringContaining('text.onnx'),
      },
    )
  })

  test('numbers that are none are a failure of the model', async () => {
    const { opening } = open(clipText, [ids()], [{ ...embeds, tensor: floats([1, 2], [Number.NaN, 1]) }])
    await expect((await opening).embedText('a dog')).rejects.toMatchObject({ code: 'model_failed' })
  })
})

describe('the text side of SigLIP', () => {
  test('reads 64 tokens of small letters, and sees what fills up', async () => {
    const { feeds } = await asked(siglipText, [ids(), mask], 'a red Dog')
    expect(feeds.input_ids!.dims).toEqual([1, 64])
    expect([...(feeds.input_ids!.data as BigInt64Array)].slice(0, 7)).toEqual([1n, 4n, 5n, 6n, 2n, 0n, 0n])
    expect(new Set(feeds.attention_mask!.data as BigInt64Array)).toEqual(new Set([1n]))
  })

  test('takes the pooled output, which is its projection', async () => {
    const { opening } = open(
      siglipText,
      [ids()],
      [
        { name: 'last_hidden_state', tensor: floats([1, 64, 2]) },
        { name: 'pooler_output', tensor: floats([1, 2], [0, 2]) },
      ],
    )
    expect([...(await (await opening).embedText('a dog')).vector!]).toEqual([0, 1])
  })
})
