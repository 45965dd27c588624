import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import type { LoadedTextPart } from '../families/family.ts'
import { clipTokenizer } from '../testing/clip-tokenizer.ts'
import { tiktokenTokenizer } from '../testing/tiktoken-tokenizer.ts'
import { fitTokens, openTokenizer } from './open-tokenizer.ts'

const vocabularies = join(assetsFolder, 'models/tokenizers')
const START = 49_406
const END = 49_407

/** A text part whose files are what the test says; nothing here runs its session. */
function withFiles(files: Record<string, object | string>): LoadedTextPart {
  return {
    part: { family: 'clip-text', file: 'text.onnx' },
    session: { inputs: [], outputs: [], run: async () => ({}) },
    readFile: async (name) => {
      const file = files[name]
      if (file === undefined) return null
      return new TextEncoder().encode(typeof file === 'string' ? file : JSON.stringify(file))
    },
  }
}

describe.skipIf(assetsMissing)(`with CLIP’s vocabulary${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  const clip = assetsMissing ? {} : clipTokenizer(join(vocabularies, 'clip_bpe_simple_vocab_16e6.txt.gz'))
  const open = (length = 77) =>
    openTokenizer(withFiles({ 'tokenizer.json': clip, 'tokenizer_config.json': { pad_token: '!' } }), length)

  test.each([
    ['Hello World!', [3306, 1002, 256]],
    ['a photo of a dog', [320, 1125, 539, 320, 1929]],
    ['a diagram', [320, 22697]],
    ['naïve café 北京 🐶', [1097, 35689, 563, 15304, 161, 234, 245, 21078, 361, 10631]],
  ])('%s has the numbers of the reference', async (text, ids) => {
    const tokens = (await open())(text)
    expect(tokens.ids.slice(0, tokens.used)).toEqual([START, ...ids, END])
  })

  test('a short text is filled up with what the model was taught to be nothing', async () => {
    const { ids, used } = (await open())('a diagram')
    expect(ids).toHaveLength(77)
    expect(used).toBe(4)
    expect(new Set(ids.slice(4))).toEqual(new Set([0]))
  })

  test('512 emoji are cut to the length and still end as a text does', async () => {
    const { ids, used } = (await open())('🐶'.repeat(512))
    expect(ids).toHaveLength(77)
    expect(used).toBe(77)
    expect(ids[0]).toBe(START)
    expect(ids.at(-1)).toBe(END)
  })
})

describe.skipIf(assetsMissing)(
  `with Whisper’s vocabulary${assetsMissing ? ` (${assetsMissing})` : ''}`,
  () => {
    test('a sentence has the numbers of the reference', async () => {
      const file = tiktokenTokenizer(join(vocabularies, 'whisper_multilingual.tiktoken'))
      const tokenize = await openTokenizer(withFiles({ 'tokenizer.json': file }), 25)
      const { ids } = tokenize(
        ' And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.',
      )
      expect(ids).toEqual([
        400, 370, 452, 7177, 6280, 11, 1029, 406, 437, 428, 1941, 393, 360, 337, 291, 11, 1029, 437, 291, 393,
        360, 337, 428, 1941, 13,
      ])
    })
  },
)

test('without a padding of its own a text is filled up with its end', () => {
  expect(fitTokens([7, 8, 9], 5, undefined)).toEqual({ ids: [7, 8, 9, 9, 9], used: 3 })
})

test.each([
  ['no vocabulary at all', {}],
  ['a file that is cut off', { 'tokenizer.json': '{"model": {"type": "BPE", "vocab": {' }],
  ['a file of something else', { 'tokenizer.json': { name: 'left-pad' } }],
  ['a kind of vocabulary that nobody knows', { 'tokenizer.json': { model: { type: 'Runes' } } }],
])('%s is a broken model, and the sentence names the file', async (_, files) => {
  const error = await openTokenizer(withFiles(files), 77).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({ code: 'model_broken', message: expect.stringContaining('tokenizer.json') })
})
