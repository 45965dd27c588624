import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { byteLetters, bytesInOrder } from './byte-letters.ts'

const VOCABULARY = 49_408
const START = '<|startoftext|>'
const END = '<|endoftext|>'

/**
 * CLIP's vocabulary as a `tokenizer.json`, such as one gets with its ONNX files.
 *
 * @param path of `bpe_simple_vocab_16e6.txt.gz`
 */
export function clipTokenizer(path: string): object {
  const merges = gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .slice(1, VOCABULARY - 512 - 2 + 1)
  const letters = bytesInOrder.map((byte) => byteLetters[byte]!)
  const tokens = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    ...merges.map((merge) => merge.replace(' ', '')),
    START,
    END,
  ]
  const special = [START, END].map((content) => ({ id: tokens.indexOf(content), content, special: true }))
  return {
    version: '1.0',
    added_tokens: special,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: {
            Regex:
              "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
          },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, special[1]!.id],
      cls: [START, special[0]!.id],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  }
}
