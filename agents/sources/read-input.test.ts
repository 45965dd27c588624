import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { SourceReport } from '../../protocol/sources.ts'
import { openCage } from '../cage/open-cage.ts'
import { temporaryFolder } from '../vault/testing/temporary-folder.ts'
import { MountedSource } from './mounted-source.ts'
import { type InputRequest, readInput } from './read-input.ts'
import { RelaySource } from './relay-source.ts'
import type { Source } from './source.ts'
import { SourceBook } from './source-book.ts'
import { SourceProver } from './source-prover.ts'
import { FakeHttp, putFile, type SampleFile } from './testing/sample-file.ts'

const job = { jobId: 5, fencingToken: 2 }
const original = (fileId: number) => `/api/jobs/5/files/${fileId}/original?token=2`

/**
 * Two folders in which the same library is mounted, and the coordinator behind them; each library's sample has been read
 * through all three, but those that `broken` breaks first.
 */
async function start(breakFirst: (folders: string[], http: FakeHttp) => Promise<unknown> = async () => {}) {
  const folder = await temporaryFolder()
  const folders = ['one', 'two'].map((name) => join(folder.path, name))
  const http = new FakeHttp()
  const sample = await putFile(folders[0]!, 'sample.jpg')
  await writeCopy(sample, folders[1]!)
  http.answers.set('/api/sources/samples/1', sample.bytes)
  await breakFirst(folders, http)
  const cage = await openCage()
  let now = 0
  const sources: Source[] = [
    ...folders.map(
      (path) => new MountedSource({ cage, library: '/vault/photos', path, stallTimeoutMs: 5_000 }),
    ),
    new RelaySource(http, ''),
  ]
  const book = new SourceBook({ sources, now: () => now })
  const reports: SourceReport[][] = []
  const prover = new SourceProver({
    book,
    log: pino({ level: 'silent' }),
    askSamples: async () => [{ ...sample.file, libraryName: 'Photos' }],
    sendReport: async (report) => void reports.push(report),
    intervalMs: 20,
  })
  prover.start()
  await expect
    .poll(() => book.report().every(({ state }) => state !== 'untried') && reports.length > 0, {
      timeout: 30_000,
    })
    .toBe(true)
  const stop = async () => {
    await prover.stop()
    await Promise.all(sources.map((source) => source.stop()))
    await folder[Symbol.asyncDispose]()
  }
  onTestFinished(stop)
  const read = (request: Pick<InputRequest, 'file'> & Partial<InputRequest>) =>
    buffer(
      readInput(
        { http, book, prover },
        { as: 'original', job, signal: new AbortController().signal, ...request },
      ),
    )
  return {
    folders,
    http,
    reports,
    read,
    states: () => book.report().map(({ kind, state }) => `${kind} ${state}`),
    reasons: () => book.report().map(({ reason }) => reason),
    /** So long that a proof is no longer believed. */
    waitLong: () => {
      now += 10 * 60_000
    },
  }
}

async function writeCopy({ file, bytes }: SampleFile, folder: string): Promise<void> {
  await writeFile(join(await putFolder(folder), file.path), bytes)
}

async function putFolder(folder: string): Promise<string> {
  await putFile(folder, '.keep', 0, 1)
  return folder
}

const proved = ['path proved', 'path proved', 'relay proved']

test('a whole original comes from the first source, and parts are parts', async () => {
  const t = await start()
  expect(t.states()).toEqual(proved)
  const { file, bytes } = await putFile(t.folders[0]!, '2024/a.jpg')
  expect((await t.read({ file })).equals(bytes)).toBe(true)
  const part = await t.read({ file, span: { start: 1_000, end: 200_000 } })
  expect(part.equals(bytes.subarray(1_000, 200_001))).toBe(true)
  expect(t.http.asked.filter(({ path }) => path.includes('/jobs/'))).toEqual([])
})

test('an empty file is empty', async () => {
  const t = await start()
  const { file } = await putFile(t.folders[0]!, 'empty.xmp', 1, 0)
  expect(await t.read({ file })).toHaveLength(0)
})

test('a proof has measured each source, and says it', async () => {
  const t = await start()
  const last = t.reports.at(-1)!
  expect(last).toMatchObject([
    { libraryId: 1, place: 0, kind: 'path', label: t.folders[0], state: 'proved', reason: null },
    { place: 1 },
    { place: 2, kind: 'relay', label: 'through the coordinator' },
  ])
  for (const { megabytesPerSecond, firstByteMs } of last) {
    expect(megabytesPerSecond).toBeGreaterThan(0)
    expect(firstByteMs).toBeGreaterThan(0)
  }
})

test.each([
  [
    'a folder that is not there',
    (folder: string) => rename(folder, `${folder}-gone`),
    /is its disk or share mounted|does not exist/,
  ],
  [
    'another file under the sample’s name',
    (folder: string) => writeFile(join(folder, 'sample.jpg'), Buffer.alloc(700_001)),
    /another file/,
  ],
  ['another size of the sample', (folder: string) => truncate(join(folder, 'sample.jpg'), 5), /another size/],
])('%s is no proof, and the next source is used', async (_, breakIt, words) => {
  const t = await start(([folder]) => breakIt(folder!))
  expect(t.states()).toEqual(['path failed', 'path proved', 'relay proved'])
  expect(t.reasons()[0]).toMatch(words)
  const { file, bytes } = await putFile(t.folders[1]!, 'a.jpg')
  expect((await t.read({ file })).equals(bytes)).toBe(true)
})

test('a source that is lost later rests, the coordinator is told, and the next one reads', async () => {
  const t = await start()
  const { file, bytes } = await putFile(t.folders[1]!, 'a.jpg')
  await rm(t.folders[0]!, { recursive: true })
  expect((await t.read({ file })).equals(bytes)).toBe(true)
  expect(t.states()[0]).toBe('path failed')
  expect(t.reports.at(-1)![0]).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining(t.folders[0]!),
  })
})

test('a job whose sources all fail is nobody’s fault', async () => {
  const t = await start()
  const { file } = await putFile(t.folders[0]!, 'a.jpg')
  for (const folder of t.folders) await rm(folder, { recursive: true })
  t.http.answers.set(original(file.fileId), new AppError('unavailable', 'no way to the vault'))
  await expect(t.read({ file })).rejects.toMatchObject({ code: 'source_unavailable' })
  expect(t.states()).toEqual(['path failed', 'path failed', 'relay failed'])
  await expect(t.read({ file })).rejects.toMatchObject({ code: 'source_unavailable' })
})

test('one file that cannot be read leaves its source in honour', async () => {
  const t = await start()
  const { file } = await putFile(t.folders[0]!, 'a.jpg')
  await rm(join(t.folders[0]!, 'a.jpg'))
  t.http.answers.set(
    original(file.fileId),
    new AppError('file_missing', 'a.jpg no longer exists; scan its library again'),
  )
  await expect(t.read({ file })).rejects.toMatchObject({ code: 'file_missing' })
  expect(t.states()).toEqual(proved)
})

test('without the vault’s word a file that is not there is only unreadable here', async () => {
  const t = await start(async (_, http) => void http.answers.delete('/api/sources/samples/1'))
  const { file } = await putFile(t.folders[0]!, 'a.jpg')
  await rm(join(t.folders[0]!, 'a.jpg'))
  const read = t.read({ file })
  await expect(read).rejects.toMatchObject({ code: 'file_unreadable' })
  await expect(read).rejects.toThrow(t.folders[1]!)
})

test('when one file cannot be read, an old proof is made anew before the file is blamed', async () => {
  const t = await start()
  const { file, bytes } = await putFile(t.folders[1]!, 'a.jpg')
  await rm(join(t.folders[0]!, 'sample.jpg'))
  t.waitLong()
  expect((await t.read({ file })).equals(bytes)).toBe(true)
  expect(t.states()).toEqual(['path failed', 'path proved', 'relay proved'])
})

test('a link that leads out of the mounted folder is not followed', async () => {
  const t = await start()
  const { file } = await putFile(t.folders[0]!, 'a.jpg')
  const elsewhere = await temporaryFolder()
  onTestFinished(() => elsewhere[Symbol.asyncDispose]())
  for (const folder of t.folders) {
    await rm(join(folder, 'a.jpg'), { force: true })
    await symlink(
      (await putFile(elsewhere.path, 'secret', 1, file.sizeBytes)) && join(elsewhere.path, 'secret'),
      join(folder, 'a.jpg'),
    )
  }
  await expect(t.read({ file })).rejects.toMatchObject({
    code: expect.stringMatching(/file_unreadable|not_found/),
  })
})

test('a file whose bytes are others than those that were described fails at its end', async () => {
  const t = await start()
  const { file, bytes } = await putFile(t.folders[0]!, 'a.jpg')
  const changed = Buffer.from(bytes)
  changed[bytes.length - 1] = changed[bytes.length - 1]! ^ 1
  await writeFile(join(t.folders[0]!, 'a.jpg'), changed)
  await expect(t.read({ file })).rejects.toMatchObject({ code: 'file_changed' })
})

test('a job that is aborted reads no further', async () => {
  const t = await start()
  const { file } = await putFile(t.folders[0]!, 'a.jpg')
  await expect(t.read({ file, signal: AbortSignal.abort(new Error('lost')) })).rejects.toThrow('lost')
})

test('a preview comes from the coordinator by right of the job, and no other picture is taken for it', async () => {
  const t = await start()
  const { file, bytes } = await putFile(t.folders[0]!, 'a.jpg')
  const preview = { hash: file.contentHash, sizeBytes: bytes.length }
  t.http.answers.set('/api/jobs/5/files/1/preview?token=2', bytes)
  expect((await t.read({ file: { ...file, preview }, as: 'preview' })).equals(bytes)).toBe(true)
  t.http.answers.set('/api/jobs/5/files/1/preview?token=2', bytes.subarray(1))
  await expect(t.read({ file: { ...file, preview }, as: 'preview' })).rejects.toMatchObject({
    code: 'file_changed',
  })
  await expect(t.read({ file, as: 'preview' })).rejects.toMatchObject({ code: 'not_found' })
})

test('the smaller picture is another file than the preview, with a hash of its own', async () => {
  const t = await start()
  const { file, bytes } = await putFile(t.folders[0]!, 'a.jpg')
  const grid = { hash: file.contentHash, sizeBytes: bytes.length, widthPx: 512, heightPx: 384 }
  t.http.answers.set('/api/jobs/5/files/1/preview?token=2&size=grid', bytes)
  expect((await t.read({ file: { ...file, grid }, as: 'grid' })).equals(bytes)).toBe(true)
  await expect(t.read({ file, as: 'grid' })).rejects.toMatchObject({ code: 'not_found' })
})

/** Two coordinators' worth of one file: both proved, and each can be made to fail. */
async function startTwoLines() {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const sample = await putFile(folder.path, 'a.jpg')
  const lines = [new FakeHttp(), new FakeHttp()]
  for (const { answers } of lines) answers.set(original(1), sample.bytes)
  const book = new SourceBook({ sources: lines.map((http) => new RelaySource(http, '')) })
  book.setSamples([{ ...sample.file, libraryName: 'Photos' }])
  for (const entry of book.due()) book.prove(entry, { megabytesPerSecond: 1, firstByteMs: 1 })
  const failed: unknown[] = []
  const prover = {
    fail: async (_: unknown, error: unknown) => void failed.push(error),
    isStillGood: async () => true,
    untilTried: async () => {},
  }
  const request: InputRequest = {
    file: sample.file,
    as: 'original',
    job,
    signal: new AbortController().signal,
  }
  const open = () => readInput({ http: lines[0]!, book, prover }, request)
  return { sample, lines, failed, open, read: () => buffer(open()) }
}

test('a source that breaks in the middle is left, and the next goes on at the same byte', async () => {
  const { sample, lines, failed, open } = await startTwoLines()
  lines[0]!.breakAfter = 300_000
  const chunks: Buffer[] = []
  for await (const chunk of open()) {
    chunks.push(chunk)
    lines[0]!.cut.resolve()
  }
  expect(Buffer.concat(chunks).equals(sample.bytes)).toBe(true)
  expect(lines[1]!.asked).toEqual([{ path: original(1), range: `bytes=300000-${sample.bytes.length - 1}` }])
  expect(failed).toMatchObject([{ message: 'the line was cut' }])
})

test.each([
  ['ends early', (bytes: Buffer) => bytes.subarray(0, 1_000)],
  ['sends too much', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
])('a source that %s has failed', async (_, change) => {
  const { sample, lines, failed, read } = await startTwoLines()
  lines[0]!.get = async () => Readable.from([change(sample.bytes)], { objectMode: false })
  if (change(sample.bytes).length < sample.bytes.length)
    expect((await read()).equals(sample.bytes)).toBe(true)
  else await expect(read()).resolves.toHaveLength(sample.bytes.length)
  expect(failed).toHaveLength(1)
})
