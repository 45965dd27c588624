import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { readContentSteps, readJobSteps } from './audit.ts'
import type { FaultRig } from './fault-rig.ts'
import { filesBelow, processesOf } from './left-overs.ts'
import { until } from './until.ts'

const ENDED_LIMIT_MS = 15_000

/**
 * Invariants 1 and 2 of every scenario, by what the database itself recorded: every job that was submitted is
 * done, and was accepted once, with the newest token, in the transaction that wrote its content.
 *
 * @param kind of the jobs that are looked at
 * @returns how often the database saw what must not be, all 0, for the line that is printed
 */
export async function expectEachDoneOnce(rig: FaultRig, kind: string, submitted: number) {
  const steps = (await readJobSteps(rig.db)).filter((step) => step.kind === kind)
  const ids = new Set(steps.map((step) => step.jobId))
  expect(ids.size).toBe(submitted)

  const accepted = Map.groupBy(
    steps.filter((step) => step.to === 'done'),
    (step) => step.jobId,
  )
  const newest = new Map<number, number>()
  for (const { jobId, to, token } of steps) if (to === 'leased') newest.set(jobId, token)
  const lost = [...ids].filter((id) => !accepted.has(id))
  const doubled = [...accepted].filter(([, times]) => times.length > 1).map(([id]) => id)
  const stale = [...accepted].filter(([id, times]) => times.some(({ token }) => token !== newest.get(id)))
  const lastStates = new Map(steps.map((step) => [step.jobId, step.to]))
  const open = [...lastStates].filter(([, state]) => state !== 'done')
  expect({ lost, doubled, stale, open }, rig.lastWords()).toEqual({
    lost: [],
    doubled: [],
    stale: [],
    open: [],
  })
  return { lost: lost.length, doubled: doubled.length, 'stale accepted': stale.length }
}

/** Part of invariant 2 for jobs that read files: what is stored of a file was written with its one result. */
export async function expectContentOfOneResult(rig: FaultRig): Promise<void> {
  const accepted = new Set<string>()
  for (const { kind, to, subjectId, xid } of await readJobSteps(rig.db)) {
    if (kind === 'file.ingest' && to === 'done') accepted.add(`${subjectId} in ${xid}`)
  }
  const written = new Set<string>()
  for (const { table, subjectId, xid } of await readContentSteps(rig.db)) {
    if (table === 'file_tags' || table === 'derived_file') written.add(`${subjectId} in ${xid}`)
  }
  // Of a picture both are always written, so the two sets of transactions are the same.
  expect([...written].sort()).toEqual([...accepted].sort())
}

/** The derived store has exactly what the database says, whole. */
export async function expectDerivedStored(rig: FaultRig): Promise<void> {
  const { rows } = await sql<{ hash: string; sizeBytes: number }>`
    select distinct encode(hash, 'hex') as hash, size_bytes as "sizeBytes" from derived_file`.execute(rig.db)
  const folder = join(rig.folder, 'data', 'derived')
  const expected = Object.fromEntries(rows.map(({ hash, sizeBytes }) => [hash, `${sizeBytes} ${hash}`]))
  const stored = Object.fromEntries(
    filesBelow(folder).map((path) => {
      const bytes = readFileSync(join(folder, path))
      return [basename(path), `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`]
    }),
  )
  expect(stored).toEqual(expected)
}

/**
 * Invariant 5: stops agents and coordinator, and finds nothing of them: no temporary file, process, connection
 * to the database, or lease.
 */
export async function expectNothingLeft(rig: FaultRig): Promise<void> {
  const statuses = await rig.stop()
  expect(new Set(Object.values(statuses)), JSON.stringify(statuses)).toEqual(new Set([0]))

  const sessions = [...rig.agents, rig.coordinator].flatMap((process) => process.sessions)
  await until('all processes have ended', ENDED_LIMIT_MS, () => processesOf(sessions).length === 0).catch(
    () => {},
  )
  expect(processesOf(sessions)).toEqual([])
  expect(filesBelow(join(rig.folder, 'tmp'))).toEqual([])
  expect(filesBelow(join(rig.folder, 'data', 'derived', 'incoming'))).toEqual([])
  expect(await fetch(rig.url).catch(() => 'nobody listens')).toBe('nobody listens')

  const { rows: leases } = await sql`
    select id, state, agent_id from job where state = 'leased' or lease_expires_at is not null`.execute(
    rig.db,
  )
  expect(leases).toEqual([])
  if (!rig.database.process) expect(await connectionsOfOthers(rig)).toEqual([])
}

/** A killed client's connection may take the server a moment to notice; the rig's own spare ones end by themselves. */
async function connectionsOfOthers(rig: FaultRig): Promise<unknown[]> {
  const read = async () => {
    const { rows } = await sql`select state, query from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(
      rig.db,
    )
    return rows
  }
  await until('all connections have ended', ENDED_LIMIT_MS, async () => (await read()).length === 0).catch(
    () => {},
  )
  return read()
}
