import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readJobSteps } from './testing/audit.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  feedWhile,
  probePlan,
  startProbeRig,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { PROBE_KIND, type ProbePayload } from './testing/probe-work.ts'
import type { RigProcess } from './testing/rig-process.ts'

const AGENTS = ['probe-1', 'probe-2', 'probe-3', 'probe-4'].map((name) => probePlan(name))
const WORK_MS = [100, 1_200] as const
/** An agent works for so long before its next pause, in ms. */
const BETWEEN_MS = [200, 1_200] as const
/** How long a pause is, in leases. */
const PAUSE_LEASES = [1.2, 2] as const

test.concurrent('SIGSTOP past the lease: what a paused agent still reports changes nothing', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R2 agents paused')
  const { pauses, leaseTtlMs } = sizes.agentsPaused
  await using rig = await startProbeRig(AGENTS, { leaseTtlMs })
  let left = pauses
  const jobs = await feedWhile(
    rig,
    () => work(run),
    () =>
      Promise.all(
        rig.agents.map(async (agent) => {
          while (left > 0) {
            left -= 1
            await sleep(run.between(...BETWEEN_MS))
            await pause(
              [agent],
              leaseTtlMs * (PAUSE_LEASES[0] + run.random() * (PAUSE_LEASES[1] - PAUSE_LEASES[0])),
            )
          }
        }),
      ),
  )
  await finish(rig, run, { pauses, jobs })
})

test.concurrent('SIGSTOP of all agents at once: they go on by themselves', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R33 all agents paused')
  const { pausesMs, leaseTtlMs } = sizes.allPaused
  await using rig = await startProbeRig(AGENTS, { leaseTtlMs })
  const pauseAll = async () => {
    for (const pauseMs of pausesMs) {
      await sleep(run.between(...BETWEEN_MS))
      await pause(rig.agents, pauseMs)
    }
  }
  const jobs = await feedWhile(rig, () => work(run), pauseAll)
  await finish(rig, run, { pauses: pausesMs.length, jobs })
})

function work(run: FaultRun): ProbePayload {
  return { does: 'wait', workMs: run.between(...WORK_MS) }
}

async function pause(agents: readonly RigProcess[], ms: number): Promise<void> {
  for (const agent of agents) agent.pause()
  await sleep(ms)
  for (const agent of agents) agent.resume()
}

async function finish(
  rig: FaultRig,
  run: FaultRun,
  injected: { pauses: number; jobs: number },
): Promise<void> {
  await untilProbesEnded(rig, TEST_LIMIT_MS)
  const counts = await expectProbesDoneOnce(rig, injected.jobs)
  const expired = (await readJobSteps(rig.db)).filter(
    ({ kind, from, to, leftMs }) =>
      kind === PROBE_KIND && from === 'leased' && to === 'queued' && leftMs! <= 0,
  )
  // Else the pauses have proved nothing.
  expect(expired.length).toBeGreaterThanOrEqual(injected.pauses)
  await expectNothingLeft(rig)
  run.report({ ...injected, ...counts, 'leases run out': expired.length })
}
