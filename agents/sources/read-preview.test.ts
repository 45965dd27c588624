import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { InputFile } from '../../protocol/sources.ts'
import { readPreview } from './read-preview.ts'
import type { HttpBytes } from './relay-source.ts'

const bytes = Buffer.from('a preview')
const file: InputFile = {
  ...{
    fileId: 7,
    libraryId: 1,
    root: '/photos',
    path: 'a.jpg',
    sizeBytes: 9_000,
    contentHash: 'c'.repeat(64),
  },
  preview: { hash: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length },
  grid: null,
}
const read = (get: HttpBytes['get']) =>
  buffer(readPreview({ get }, file, 'preview', { jobId: 5, fencingToken: 2 }, new AbortController().signal))

test('a preview that is another one by now, or of a file that is not shown any more, has changed and is read again later', async () => {
  await expect(read(async () => Readable.from([Buffer.from('another')]))).rejects.toMatchObject({
    code: 'file_changed',
  })
  const refused = new AppError('forbidden', 'Job 5 is not about file 7')
  await expect(read(() => Promise.reject(refused))).rejects.toMatchObject({ code: 'file_changed' })
})

test('what else goes wrong is said as it is, and nothing when nothing does', async () => {
  const lost = new AppError('lease_lost', 'This agent does not hold job 5 any more')
  await expect(read(() => Promise.reject(lost))).rejects.toBe(lost)
  expect(await read(async () => Readable.from([bytes]))).toEqual(bytes)
})
