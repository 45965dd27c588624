import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { LeaseLostError } from '../../protocol/errors.ts'
import type { IngestInput } from '../../protocol/ingest.ts'
import type { Lease } from '../../protocol/leases.ts'
import type { Database } from '../db/database.ts'
import { openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'
import { ingestResult, VaultActor } from '../testing/vault-actor.ts'
import { cancelJob, retryDeadJobs, retryJob } from './control.ts'
import { failJob } from './fail-job.ts'
import { foldTally } from './fold-tally.ts'
import { renewLeases } from './renew-leases.ts'
import { releaseJobs, returnExpired, returnUnheld } from './return-jobs.ts'

/** A vault with `count` files that wait to be read. */
async function vaultWithFiles(db: Database, count: number, name = 'vault'): Promise<VaultActor> {
  const vault = await VaultActor.create(db, name)
  const files = Array.from({ length: count }, (_, i) => [
    `${i}.jpg`,
    { content: `${name} ${i}`, mtimeUs: i * 1_000_000 },
  ])
  vault.tree = { '': Object.fromEntries(files) }
  await enqueueScan(db, vault.libraryId, { acceptMissing: false })
  const [scan] = await vault.lease('scan', 1)
  await vault.runScan(scan!, 1_000)
  return vault
}

/** As if the lease had run out, without sleeping. */
async function expireLeases(db: Database): Promise<void> {
  await sql`update job set lease_expires_at = now() - interval '1 second' where state = 'leased'`.execute(db)
}

async function jobRow(db: Database, id: number) {
  return db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

test('the newest pictures are read first', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 4)
  const leases = await vault.lease('ingest', 4)
  expect(leases.map((lease) => (lease.input as { path: string }).path)).toEqual([
    '3.jpg',
    '2.jpg',
    '1.jpg',
    '0.jpg',
  ])
})

test('two connections never lease the same job', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 60)
  const other = openDatabase(fresh.address)
  try {
    const actors = [vault, Object.assign(Object.create(vault), { db: other })] as VaultActor[]
    const leases = (
      await Promise.all(Array.from({ length: 20 }, (_, i) => actors[i % 2]!.lease('ingest', 3)))
    ).flat()
    expect(leases).toHaveLength(60)
    expect(new Set(leases.map((lease) => lease.jobId)).size).toBe(60)
  } finally {
    await other.destroy()
  }
})

test('a stale holder can neither complete, fail nor renew a job', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const [stale] = await vault.lease('ingest', 1)
  await expireLeases(fresh.db)
  expect(await returnExpired(fresh.db)).toBe(1)
  const [current] = await vault.lease('ingest', 1)
  const result = ingestResult({ content: 'vault 0', mtimeUs: 0 })

  await expect(vault.complete(stale!, result)).rejects.toThrow(LeaseLostError)
  await expect(
    failJob(fresh.db, vault.types, vault.agentId, stale!, { code: 'internal', message: 'x' }),
  ).rejects.toThrow(LeaseLostError)
  expect(await renewLeases(fresh.db, vault.agentId, [stale!], 30_000)).toEqual([stale!.jobId])
  await releaseJobs(fresh.db, vault.agentId, [stale!], 'test')
  expect((await jobRow(fresh.db, current!.jobId)).state).toBe('leased')

  await vault.complete(current!, result)
  expect((await jobRow(fresh.db, current!.jobId)).state).toBe('done')
})

test('another agent cannot end a job that it does not hold', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const other = await VaultActor.create(fresh.db, 'other')
  const [lease] = await vault.lease('ingest', 1)
  await expect(other.complete(lease!, ingestResult({ content: 'vault 0' }))).rejects.toThrow(LeaseLostError)
  expect(await other.lease('ingest', 5)).toEqual([])
})

test('completing twice with one token changes nothing the second time', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const [lease] = await vault.lease('ingest', 1)
  const result = ingestResult({ content: 'vault 0', mtimeUs: 0 })
  await vault.complete(lease!, result)
  const before = await fresh.db.selectFrom('asset').selectAll().execute()
  await vault.complete(lease!, { ...result, problem: { code: 'damaged', message: 'late' } })
  expect(await fresh.db.selectFrom('asset').selectAll().execute()).toEqual(before)
})

test('a result that does not fit its kind ends the job and changes nothing else', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const [lease] = await vault.lease('ingest', 1)
  const wrong = { ...ingestResult({ content: 'vault 0' }), contentHash: 'nonsense' }
  await expect(vault.complete(lease!, wrong)).rejects.toMatchObject({ code: 'bad_request' })
  expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ state: 'dead', error_code: 'bad_request' })
  expect(await fresh.db.selectFrom('file_tags').selectAll().execute()).toEqual([])
})

test('a lease that runs out is not blamed on the job, however often', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  for (let losses = 0; losses < 5; losses += 1) {
    const [lease] = await vault.lease('ingest', 1)
    await expireLeases(fresh.db)
    expect(await returnExpired(fresh.db)).toBe(1)
    // It only slept: the same process is back.
    await returnUnheld(fresh.db, vault.agentId, vault.instance, [])
    expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ state: 'queued', attempt: 0, deaths: 0 })
  }
})

/** Another life of the agent's process says hello. */
async function restartAgent(vault: VaultActor, life: string): Promise<void> {
  vault.instance = life.padEnd(22, 'x')
  await returnUnheld(vault.db, vault.agentId, vault.instance, [])
}

test('three deaths of the agent in a row quarantine the job, and a person may try it again', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  for (const [life, expected] of ['queued', 'queued', 'dead'].entries()) {
    const [lease] = await vault.lease('ingest', 1)
    await restartAgent(vault, `life ${life}`)
    expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ state: expected, attempt: 0 })
  }
  const dead = await fresh.db
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'dead')
    .executeTakeFirstOrThrow()
  expect(dead.error_code).toBe('quarantined')
  await retryJob(fresh.db, dead.id, null)
  expect(await vault.lease('ingest', 1)).toHaveLength(1)
  const events = await fresh.db
    .selectFrom('job_event')
    .select('event')
    .where('job_id', '=', dead.id)
    .execute()
  expect(events.map(({ event }) => event)).toEqual(['died', 'died', 'died', 'quarantined', 'replayed'])
})

test('an agent that comes back only after its lease ran out has died all the same', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const [lease] = await vault.lease('ingest', 1)
  await expireLeases(fresh.db)
  await returnExpired(fresh.db)
  await restartAgent(vault, 'late')
  expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ state: 'queued', deaths: 1 })
  await restartAgent(vault, 'later')
  expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ state: 'queued', deaths: 1 })
})

test('a job that ends well after two deaths is no longer suspected', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  for (const life of ['one', 'two']) {
    await vault.lease('ingest', 1)
    await restartAgent(vault, life)
  }
  const [lease] = await vault.lease('ingest', 1)
  await failJob(fresh.db, vault.types, vault.agentId, lease!, { code: 'timed_out', message: 'slow' })
  expect(await jobRow(fresh.db, lease!.jobId)).toMatchObject({ deaths: 0, failures: 1 })
})

test('of the jobs beside the one that ends agents none is set aside with it', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 6)
  await fresh.db
    .updateTable('agent')
    .set({ capabilities: JSON.stringify([{ capability: 'ingest', concurrency: 2 }]) })
    .execute()
  const isPoison = (lease: Lease) => (lease.input as IngestInput).path === '4.jpg'
  let deaths = 0
  for (;;) {
    const leases = await vault.lease('ingest', 6)
    if (leases.length === 0) break
    // Those before it are done, all others die with it.
    const at = leases.findIndex(isPoison)
    for (const lease of at < 0 ? leases : leases.slice(0, at))
      await vault.complete(lease, vault.readFile(lease.input as IngestInput))
    if (at >= 0) await restartAgent(vault, `life ${++deaths}`)
  }
  expect(deaths).toBe(3)
  const jobs = await fresh.db
    .selectFrom('job')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('kind', '=', 'file.ingest')
    .groupBy('state')
    .orderBy('state')
    .execute()
  expect(jobs).toEqual([
    { state: 'dead', count: 1 },
    { state: 'done', count: 5 },
  ])
})

test('what an agent never got to know of is free at once, and nobody is blamed', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 3)
  const [kept, ...lost] = await vault.lease('ingest', 3)
  expect(await returnUnheld(fresh.db, vault.agentId, vault.instance, [kept!])).toBe(2)
  expect((await jobRow(fresh.db, kept!.jobId)).state).toBe('leased')
  for (const lease of lost)
    expect(await jobRow(fresh.db, lease.jobId)).toMatchObject({ state: 'queued', attempt: 0, deaths: 0 })
})

test('an error that may pass is tried again after a pause, one that cannot is dead at once', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 2)
  const [first, second] = await vault.lease('ingest', 2)
  await failJob(fresh.db, vault.types, vault.agentId, first!, { code: 'timed_out', message: 'slow disk' })
  await failJob(fresh.db, vault.types, vault.agentId, second!, { code: 'file_missing', message: 'gone' })

  const waiting = await jobRow(fresh.db, first!.jobId)
  expect(waiting.state).toBe('queued')
  expect(waiting.run_after.getTime()).toBeGreaterThan(Date.now())
  expect(await vault.lease('ingest', 2)).toEqual([])
  expect(await jobRow(fresh.db, second!.jobId)).toMatchObject({ state: 'dead', error_message: 'gone' })
  expect(await retryDeadJobs(fresh.db, { kind: 'file.ingest' }, null)).toBe(1)
})

test('work of a library that is offline waits, only its scan is tried', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  await fresh.db.updateTable('library').set({ state: 'offline' }).execute()
  await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
  expect(await vault.lease('ingest', 1)).toEqual([])
  expect(await vault.lease('scan', 1)).toHaveLength(1)
})

test('a cancelled job is taken from its holder', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 1)
  const [lease] = await vault.lease('ingest', 1)
  expect(await cancelJob(fresh.db, vault.types, lease!.jobId, null)).toEqual({ agentId: vault.agentId })
  await expect(vault.complete(lease!, ingestResult({ content: 'x' }))).rejects.toThrow(LeaseLostError)
  await expect(cancelJob(fresh.db, vault.types, lease!.jobId, null)).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('asking for a scan twice gives one scan, and a confirmation is not lost', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  const first = await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
  expect(await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: true })).toBe(first)
  expect(await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })).toBe(first)
  expect((await jobRow(fresh.db, first)).payload).toEqual({ acceptMissing: true })
})

test('folding the job counters keeps their sums', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWithFiles(fresh.db, 3)
  await sql`insert into job_tally (lane_id, state, amount)
    select lane.id, 'done', 1 from lane, generate_series(1, 600)`.execute(fresh.db)
  await vault.ingestAll()
  const sums = async () =>
    (
      await sql`select lane_id, state, sum(amount) from job_tally group by 1, 2 having sum(amount) <> 0 order by 1, 2`.execute(
        fresh.db,
      )
    ).rows
  const before = await sums()
  await foldTally(fresh.db)
  expect(await sums()).toEqual(before)
  expect((await sql`select 1 from job_tally`.execute(fresh.db)).rows.length).toBeLessThan(10)
})
