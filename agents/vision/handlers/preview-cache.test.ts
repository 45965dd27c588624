import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { PreviewCache } from './preview-cache.ts'

const bytes = Buffer.from('a preview')
const hash = createHash('sha256').update(bytes).digest('hex')
const file: InputFile = {
  ...{ fileId: 1, libraryId: 1, root: '/photos', path: 'a.jpg', sizeBytes: 9_000, contentHash: hash },
  preview: { hash, sizeBytes: bytes.length },
  grid: null,
}
const job = { jobId: 5, fencingToken: 2 }

/** A coordinator that answers when it is told to. */
function start() {
  const asked: { path: string; answer: (value: Buffer | Error) => void }[] = []
  const get = (path: string, _: unknown, signal: AbortSignal) =>
    new Promise<Readable>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      const answer = (value: Buffer | Error) =>
        value instanceof Error ? reject(value) : resolve(Readable.from([value], { objectMode: false }))
      asked.push({ path, answer })
    })
  const prover = { fail: async () => {}, isStillGood: async () => true, untilTried: async () => {} }
  const cache = new PreviewCache(async () => ({ http: { get }, book: undefined as never, prover }))
  const read = (signal = new AbortController().signal) => cache.get(file, 'preview', job, signal)
  return { asked, read }
}

test('the bytes of a picture travel once for all models that look at it', async () => {
  const { asked, read } = start()
  const both = [read(), read()]
  await expect.poll(() => asked.length).toBe(1)
  asked[0]!.answer(bytes)
  for (const preview of [...(await Promise.all(both)), await read()]) {
    expect(preview).toEqual({ hash, bytes, isOriginal: false, shrunkTo: null })
  }
  expect(asked.map(({ path }) => path)).toEqual(['/api/jobs/5/files/1/preview?token=2'])
})

test('when the one who asked is aborted, the next one asks', async () => {
  const { asked, read } = start()
  const first = new AbortController()
  const aborted = read(first.signal)
  await expect.poll(() => asked.length).toBe(1)
  const second = read()
  first.abort(new AppError('lease_lost', 'gone'))
  await expect(aborted).rejects.toThrow('gone')
  await expect.poll(() => asked.length).toBe(2)
  asked[1]!.answer(bytes)
  expect((await second).bytes).toEqual(bytes)
})

test('what could not be fetched is fetched anew the next time', async () => {
  const { asked, read } = start()
  const failing = read()
  await expect.poll(() => asked.length).toBe(1)
  asked[0]!.answer(new AppError('unavailable', 'no coordinator'))
  await expect(failing).rejects.toMatchObject({ code: 'unavailable' })
  const again = read()
  await expect.poll(() => asked.length).toBe(2)
  asked[1]!.answer(bytes)
  expect((await again).hash).toBe(hash)
})
