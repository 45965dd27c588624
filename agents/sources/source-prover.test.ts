import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { Source } from './source.ts'
import { SourceBook } from './source-book.ts'
import { SourceProver } from './source-prover.ts'

const bytes = Buffer.from('a sample of a library')
const sample = {
  ...{ fileId: 1, libraryId: 1, root: '/photos', path: 'a.jpg', libraryName: 'Photos' },
  sizeBytes: bytes.length,
  contentHash: createHash('sha256').update(bytes).digest('hex'),
}

/** A machine with one source, which looks for new libraries once an hour. */
function start(open: Source['open']) {
  const samples: (typeof sample)[] = []
  const source: Source = { kind: 'relay', label: 'a source', covers: () => true, open, stop: async () => {} }
  const book = new SourceBook({ sources: [source] })
  const prover = new SourceProver({
    book,
    log: pino({ level: 'silent' }),
    askSamples: async () => samples,
    sendReport: async () => {},
    intervalMs: 3_600_000,
  })
  prover.start()
  onTestFinished(() => prover.stop())
  return { book, prover, samples }
}

test('whoever reads a library that is new waits for its first proof, and not for the next round', async () => {
  const { book, prover, samples } = start(async () => Readable.from([bytes], { objectMode: false }))
  samples.push(sample)
  await prover.untilTried(1, new AbortController().signal)
  expect(book.proved(1)).toHaveLength(1)
})

test('the wait ends with a source that fails, and with whoever waits', async () => {
  const { book, prover, samples } = start(async () => {
    throw new AppError('unavailable', 'the share is gone')
  })
  await expect(prover.untilTried(1, AbortSignal.timeout(300))).rejects.toThrow('timeout')
  samples.push(sample)
  await prover.untilTried(1, new AbortController().signal)
  expect(book.proved(1)).toEqual([])
  expect(book.isTried(1)).toBe(true)
})
