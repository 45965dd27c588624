import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { JobType } from '../jobs/job-type.ts'
import { createNoopType, enqueueNoops } from '../jobs/testing/noop-type.ts'
import { inputFiles } from '../sources/input-files.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, startTestServer } from './testing/test-server.ts'

/** Its subject is the one file that it is about. */
const readFile: JobType = createNoopType({
  needs: 'original',
  inputFiles: async (_db, job) => [job.subjectId],
})

/** A worker that holds a job about a file of the vault, and a vault that sends what it is asked for. */
async function start() {
  const server = await startTestServer({ types: new Map([['test.noop', readFile]]) })
  const { db } = server
  const [vault, worker] = [await addAgent(db, 'nas'), await addAgent(db, 'laptop')]
  const bytes = randomBytes(50_000)
  const contentHash = createHash('sha256').update(bytes).digest('hex')
  const sample = await addSampleAsset(db, server.store, {
    agentId: vault.id,
    sizeBytes: bytes.length,
    contentHash,
  })
  const [jobId] = await enqueueNoops(db, readFile, 1, {
    libraryId: sample.libraryId,
    firstSubjectId: sample.fileId,
  })
  await db
    .updateTable('job')
    .set({ state: 'leased', agent_id: worker.id, instance: randomUUID(), fencing_token: 3 })
    .set({ leased_at: new Date(), lease_expires_at: new Date(Date.now() + 60_000) })
    .execute()
  server.online.add(vault.id)
  server.onBytesWanted = (_, { transferId, start, end }) => {
    void fetch(`${server.url}/api/transfers/${transferId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${vault.token}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes.subarray(start, end + 1)),
    })
  }
  const get = (path: string, token = worker.token, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } })
  const files = `/api/jobs/${jobId}/files`
  return {
    server,
    db,
    vault,
    worker,
    bytes,
    sample,
    get,
    files,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { error: { code: string } }).error.code
}

test('who holds a job reads the originals that it is about, whole or in part, from their vault', async () => {
  await using t = await start()
  const path = `${t.files}/${t.sample.fileId}/original?token=3`
  const whole = await t.get(path)
  expect(whole.status).toBe(200)
  expect(Buffer.from(await whole.arrayBuffer()).equals(t.bytes)).toBe(true)
  const part = await t.get(path, t.worker.token, { range: 'bytes=100-199' })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.arrayBuffer()).equals(t.bytes.subarray(100, 200))).toBe(true)
})

test('and their previews from the derived store', async () => {
  await using t = await start()
  const preview = await t.get(`${t.files}/${t.sample.fileId}/preview?token=3`)
  expect(Buffer.from(await preview.arrayBuffer()).equals(t.sample.picture)).toBe(true)
})

test('and the smaller picture, as it is described to them; no other', async () => {
  await using t = await start()
  const { fileId } = t.sample
  const file = (await inputFiles(t.db, [fileId])).get(fileId)
  expect(file).toMatchObject({ grid: { sizeBytes: t.sample.picture.length, widthPx: 100, heightPx: 75 } })
  const types = await Promise.all(
    ['preview', 'grid'].map(async (size) => {
      const answer = await t.get(`${t.files}/${fileId}/preview?token=3&size=${size}`)
      return [answer.status, answer.headers.get('content-type')]
    }),
  )
  expect(types).toEqual([
    [200, 'image/jpeg'],
    [200, 'image/webp'],
  ])
  expect((await t.get(`${t.files}/${fileId}/preview?token=3&size=original`)).status).toBe(400)
})

test.each(['original', 'preview'])(
  'nobody else reads the %s: not with an older token, nor of another file, nor later',
  async (what) => {
    await using t = await start()
    const { fileId } = t.sample
    const refusal = async (path: string, token?: string) => codeOf(await t.get(`${t.files}/${path}`, token))
    expect(await refusal(`${fileId}/${what}?token=2`)).toBe('lease_lost')
    expect(await refusal(`${fileId}/${what}?token=4`)).toBe('lease_lost')
    expect(await refusal(`${fileId}/${what}?token=3`, t.vault.token)).toBe('lease_lost')
    expect(await refusal(`${fileId + 1}/${what}?token=3`)).toBe('forbidden')
    await t.db
      .updateTable('job')
      .set({ lease_expires_at: new Date(Date.now() - 1) })
      .execute()
    expect(await refusal(`${fileId}/${what}?token=3`)).toBe('lease_lost')
    await t.db.updateTable('job').set({ state: 'done', lease_expires_at: null }).execute()
    expect(await refusal(`${fileId}/${what}?token=3`)).toBe('lease_lost')
  },
)

test('a sample is what was chosen for its library, and nothing else is to be had that way', async () => {
  await using t = await start()
  const path = `/api/sources/samples/${t.sample.libraryId}`
  expect(await codeOf(await t.get(path))).toBe('not_found')
  await t.db
    .insertInto('source_sample')
    .values({ library_id: t.sample.libraryId, file_id: t.sample.fileId })
    .execute()
  const answer = await t.get(path)
  expect(Buffer.from(await answer.arrayBuffer()).equals(t.bytes)).toBe(true)
})
