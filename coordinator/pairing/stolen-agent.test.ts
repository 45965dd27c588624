import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentEvent } from '../../protocol/agents.ts'
import type { IngestInput } from '../../protocol/ingest.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { startHub, type TestHub } from '../hub/testing/test-hub.ts'
import { revokeAgent } from './revoke-agent.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh[Symbol.asyncDispose]())

async function queueFiles(t: TestHub, count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, i) => [`${i}.jpg`, { content: `file ${i}` }] as const)
  t.vault.tree = { '': Object.fromEntries(files) }
  await t.vault.scan()
}

const readResult = (t: TestHub, input: unknown) => t.vault.readFile(input as IngestInput)

/** Everything an agent could say about a job. */
function reportsOn(lease: { jobId: number; fencingToken: number }, result: unknown): [AgentEvent, unknown][] {
  const { jobId, fencingToken } = lease
  const ref = { jobId, fencingToken }
  return [
    ['job.complete', { jobs: [{ ...ref, result }], slots: [] }],
    ['job.fail', { ...ref, error: { code: 'internal', message: 'x' } }],
    ['job.chunk', { ...ref, seq: 0, chunk: { type: 'folders', folders: [] } }],
    ['job.release', { leases: [ref], reason: 'x' }],
    ['lease.renew', { leases: [ref] }],
    ['job.progress', { jobs: [{ ...ref, progress: { done: 1, total: 2 } }] }],
  ]
}

test('an agent changes nothing of a job that another holds, whatever it says about it', async () => {
  await using t = await startHub(fresh.db)
  await using other = await startHub(fresh.db)
  await queueFiles(t, 1)
  const owner = await t.greet()
  const [lease] = await owner.lease('ingest', 1)
  const result = readResult(t, lease!.input)
  const thief = await other.greet()
  const before = await t.db
    .selectFrom('job')
    .selectAll()
    .where('id', '=', lease!.jobId)
    .executeTakeFirstOrThrow()
  for (const [event, message] of reportsOn(lease!, result)) {
    const reply = await thief.send(event, message)
    const said = JSON.stringify(reply)
    const isRefused = !reply.ok || said.includes('lease_lost') || said.includes(`"gone":[${lease!.jobId}]`)
    expect(isRefused || ['job.release', 'job.progress'].includes(event), said).toBe(true)
  }
  const after = await t.db
    .selectFrom('job')
    .selectAll()
    .where('id', '=', lease!.jobId)
    .executeTakeFirstOrThrow()
  expect(after).toEqual(before)
  expect((await owner.ask('job.complete', { jobs: [{ ...lease!, result }], slots: [] })).refused).toEqual([])
})

test('a result is about the file of its job, whichever file it names', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 2)
  const agent = await t.greet()
  const [lease, other] = await agent.lease('ingest', 2)
  const { fileId } = lease!.input as IngestInput
  const foreign = other!.input as IngestInput
  const result = {
    ...readResult(t, lease!.input),
    fileId: foreign.fileId,
    assetId: 1,
    libraryId: 1,
    path: foreign.path,
  }
  await agent.ask('job.complete', { jobs: [{ ...lease!, result }], slots: [] })
  const stateOf = async (id: number) =>
    (await t.db.selectFrom('asset_file').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state
  expect(await stateOf(fileId)).toBe('ingested')
  expect(await stateOf(foreign.fileId)).toBe('found')
})

test('the next word of a revoked agent is refused, also by a coordinator that has not been told', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 20)
  const words: [AgentEvent, unknown][] = [
    ['lease.request', { slots: [{ capability: 'ingest', count: 1 }] }],
    ['lease.renew', { leases: [] }],
  ]
  for (const [event, message] of words) {
    const agent = await t.greet()
    const leases = await agent.lease('ingest', 2)
    // Not through the hub: this one hears of it from the database alone.
    await revokeAgent(t.db, t.vault.agentId)
    for (const { jobId } of leases) expect(await t.jobRow(jobId)).toMatchObject({ state: 'queued' })
    const [report] = reportsOn(leases[0]!, readResult(t, leases[0]!.input))
    expect(JSON.stringify(await agent.send(...report!))).toContain('lease_lost')
    void agent.socket.emit(event, message)
    await agent.untilGone()
    expect(
      await t.db
        .selectFrom('job')
        .select('id')
        .where('agent_id', '=', t.vault.agentId)
        .where('state', '=', 'leased')
        .execute(),
    ).toEqual([])
    await t.db.updateTable('agent').set({ revoked_at: null }).where('id', '=', t.vault.agentId).execute()
  }
})
