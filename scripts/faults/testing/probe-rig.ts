import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { enqueueJobs } from '../../../coordinator/jobs/enqueue.ts'
import { type AgentPlan, FaultRig, type FaultRigOptions } from './fault-rig.ts'
import { expectEachDoneOnce } from './invariants.ts'
import { PROBE_KIND, ProbeEffect, type ProbePayload, probeBytes, probeContract } from './probe-work.ts'
import { until } from './until.ts'

/** Jobs that one probe agent runs at once, when nobody says otherwise. */
const CONCURRENCY = 2
const FEED_INTERVAL_MS = 100
const AT_WORK_LIMIT_MS = 60_000

/** The real coordinator with the probes' kind of work. */
export const PROBE_COORDINATOR = 'scripts/faults/testing/probe-coordinator.ts'

/** An agent with the real runtime, and work that can be told what to do. */
export function probePlan(name: string, concurrency = CONCURRENCY): AgentPlan {
  return {
    name,
    script: 'scripts/faults/testing/probe-agent.ts',
    capabilities: [{ capability: 'detect', concurrency }],
  }
}

export function startProbeRig(
  agents: readonly AgentPlan[],
  options: Partial<FaultRigOptions> = {},
): Promise<FaultRig> {
  return FaultRig.start({ agents, coordinatorScript: PROBE_COORDINATOR, ...options })
}

/** Queues jobs: agents notice at their next regular ask, or when a report makes them ask. Gives their ids. */
export async function submit(rig: FaultRig, payloads: readonly ProbePayload[]): Promise<number[]> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(subject_id), 0) + 1 as next from job where kind = ${PROBE_KIND}`.execute(rig.db)
  return await enqueueJobs(
    rig.db,
    payloads.map((payload, index) => ({
      kind: PROBE_KIND,
      contract: probeContract,
      subjectId: rows[0]!.next + index,
      libraryId: null,
      payload,
    })),
  )
}

/**
 * Sees to it that there is always work, for as long as the faults go on, which begin when every agent is at work.
 *
 * @returns how many jobs that were
 */
export async function feedWhile(
  rig: FaultRig,
  payload: () => ProbePayload,
  faults: () => Promise<unknown>,
): Promise<number> {
  const ahead = rig.agents.length * CONCURRENCY * 4
  let count = 0
  const feed = async () => {
    if ((await countOpen(rig)) >= ahead) return
    await submit(rig, Array.from({ length: ahead }, payload))
    count += ahead
  }
  await until('every agent is at work', AT_WORK_LIMIT_MS, async () => {
    await feed()
    return (await countAtWork(rig)) === rig.agents.length
  })
  const over = faults().then(() => true)
  while (!(await Promise.race([over, sleep(FEED_INTERVAL_MS, false)]))) await feed()
  return count
}

async function countAtWork(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct agent_id) from job where kind = ${PROBE_KIND} and state = 'leased'`.execute(rig.db)
  return rows[0]!.count
}

/** Waits until all jobs that were submitted have ended, well or badly. */
export async function untilProbesEnded(rig: FaultRig, limitMs: number): Promise<void> {
  await until('all probe jobs have ended', limitMs, async () => (await countOpen(rig)) === 0).catch(
    (error: Error) => {
      throw new Error(`${error.message}\n${rig.lastWords()}`, { cause: error })
    },
  )
}

export async function countOpen(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from job where kind = ${PROBE_KIND} and state in ('queued', 'leased')`.execute(rig.db)
  return rows[0]!.count
}

/** Invariants 1 and 2, and that each result which was taken is the newest holder's, with its derived file. */
export async function expectProbesDoneOnce(rig: FaultRig, jobs: number) {
  const counts = await expectEachDoneOnce(rig, PROBE_KIND, jobs)
  const { rows } = await sql<{ jobId: number; accepted: number; made: number; hash: string }>`
    select job_id as "jobId", accepted_token as accepted, result_token as made, derived_hash as hash
    from fault_result order by 1`.execute(rig.db)
  expect(rows).toHaveLength(jobs)
  expect(new Set(rows.map(({ jobId }) => jobId)).size).toBe(jobs)
  const stale = rows.filter(({ accepted, made }) => accepted !== made)
  expect(stale).toEqual([])
  for (const { jobId, made, hash } of rows) {
    const bytes = readFileSync(join(rig.folder, 'data', 'derived', hash.slice(0, 2), hash.slice(2, 4), hash))
    expect(bytes.equals(probeBytes(jobId, made)), `derived file of job ${jobId}`).toBe(true)
  }
  return counts
}

/** Every sign that handlers have left, in the order of time. */
export function readEffects(rig: FaultRig): ProbeEffect[] {
  return rig.agents
    .flatMap(({ name }) => readLines(join(rig.folder, 'agents', name, 'effects')))
    .map((line) => ProbeEffect.parse(JSON.parse(line)))
    .sort((a, b) => a.atMs - b.atMs)
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
