import { readFileSync } from 'node:fs'
import { byteLetters } from './byte-letters.ts'

/**
 * A vocabulary of tiktoken (Whisper's) as a `tokenizer.json`.
 *
 * It lists tokens by rank; which two parts each is merged from is found by merging its bytes with all lower ranks.
 *
 * @param path of a file with a line for each token: base64, space, rank
 */
export function tiktokenTokenizer(path: string): object {
  const ranks = new Map(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): [string, number] => {
        const [token, rank] = line.split(' ') as [string, string]
        return [[...Buffer.from(token, 'base64')].map((byte) => byteLetters[byte]).join(''), Number(rank)]
      }),
  )
  const merges = [...ranks]
    .filter(([token]) => token.length > 1)
    .map(([token, rank]) => mergeBelow(token, rank, ranks).join(' '))
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab: Object.fromEntries(ranks), merges },
  }
}

function mergeBelow(token: string, limit: number, ranks: ReadonlyMap<string, number>): string[] {
  const parts = [...token]
  while (parts.length > 2) {
    let best = -1
    let bestRank = limit
    for (let at = 0; at + 1 < parts.length; at++) {
      const rank = ranks.get(parts[at]! + parts[at + 1]!) ?? limit
      if (rank < bestRank) [best, bestRank] = [at, rank]
    }
    if (best < 0) break
    parts.splice(best, 2, parts[best]! + parts[best + 1]!)
  }
  return parts
}
