import { Tokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { AppError } from '../../../protocol/errors.ts'
import type { LoadedTextPart } from '../families/family.ts'

/** What is read of the two files here; the library reads the rest. */
const TokenizerFile = z.looseObject({
  model: z.looseObject({}),
  padding: z.looseObject({ pad_id: z.int().nonnegative().optional() }).nullish(),
})
const TokenizerConfig = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
})

/** A text as a model reads it: `length` numbers of words and word parts, of which the first `used` are text. */
export type Tokens = { ids: number[]; used: number }

/**
 * Opens the vocabulary of a text tower.
 *
 * @param length of what comes out. Longer texts are cut, and keep their last token: models look for the end there.
 * @throws AppError `model_broken` when the files are missing or no tokenizer
 */
export async function openTokenizer(
  loaded: LoadedTextPart,
  length: number,
): Promise<(text: string) => Tokens> {
  const fileName = loaded.part.tokenizerFile ?? 'tokenizer.json'
  const bytes = await loaded.readFile(fileName)
  if (bytes === null)
    throw new AppError(
      'model_broken',
      `A text tower needs its vocabulary: add ${fileName} to the model’s files and name it as tokenizerFile`,
    )
  const file = parseFile(TokenizerFile, bytes, fileName)
  const configBytes = await loaded.readFile('tokenizer_config.json')
  const config = configBytes ? parseFile(TokenizerConfig, configBytes, 'tokenizer_config.json') : {}
  let tokenizer: Tokenizer
  try {
    tokenizer = new Tokenizer(file, config)
  } catch (cause) {
    throw new AppError('model_broken', `${fileName} is no tokenizer that this version can read`, { cause })
  }
  const padName = typeof config.pad_token === 'string' ? config.pad_token : config.pad_token?.content
  const padId = padName === undefined ? file.padding?.pad_id : tokenizer.token_to_id(padName)
  // A word that the vocabulary has no number for is left out.
  return (text) => fitTokens(tokenizer.encode(text).ids.filter(Number.isInteger), length, padId)
}

/** @param padId fills up what is short; without one, the last token does */
export function fitTokens(ids: readonly number[], length: number, padId: number | undefined): Tokens {
  const last = ids.at(-1) ?? 0
  const kept = ids.length > length ? [...ids.slice(0, length - 1), last] : [...ids]
  return { ids: [...kept, ...Array<number>(length - kept.length).fill(padId ?? last)], used: kept.length }
}

function parseFile<T>(schema: z.ZodType<T>, bytes: Uint8Array, name: string): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw new AppError('model_broken', `${name} is damaged or belongs to something else; get it again`, {
      cause,
    })
  }
}
