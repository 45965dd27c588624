import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import { probePlan, startProbeRig, submit, untilProbesEnded } from './testing/probe-rig.ts'
import type { RigProcess } from './testing/rig-process.ts'

const LEASE_TTL_MS = 5_000
const WORK_MS = [20, 100] as const
/** What is promised: a job that ends its agent is set aside after so many deaths. */
const MAX_DEATHS = 3

test('a job that ends its agents is set aside with the reason, and all others are done', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R8 poison job')
  const { jobs } = sizes.poisonJob
  await using rig = await startProbeRig([probePlan('probe-1'), probePlan('probe-2')], {
    leaseTtlMs: LEASE_TTL_MS,
  })
  const supervisors = rig.agents.map((agent) => keepRunning(agent))
  const others = () => ({ does: 'wait', workMs: run.between(...WORK_MS) }) as const
  await submit(rig, Array.from({ length: jobs / 2 }, others))
  const [poison] = await submit(rig, [{ does: 'abort', workMs: 0 }])
  await submit(rig, Array.from({ length: jobs / 2 }, others))
  await untilProbesEnded(rig, TEST_LIMIT_MS / 2)

  const { rows } = await sql<{ state: string; code: string | null; reason: string | null; count: number }>`
    select state, error_code as code, error_message as reason, count(*) from job where id <> ${poison} and kind like 'probe%'
    group by 1, 2, 3`.execute(rig.db)
  expect(rows, 'the others').toEqual([{ state: 'done', code: null, reason: null, count: jobs }])
  const api = await rig.signIn()
  const { items } = await api.get<{ items: unknown[] }>('/api/jobs?state=dead')
  expect(items).toMatchObject([
    {
      id: poison,
      state: 'dead',
      error: { code: 'quarantined', message: expect.stringMatching(/agents in a row/) },
    },
  ])
  const deaths = supervisors.reduce((sum, supervisor) => sum + supervisor.stop(), 0)
  expect(deaths).toBeLessThanOrEqual(MAX_DEATHS)
  await expectNothingLeft(rig)
  run.report({ 'poison job': 1, jobs, 'agents died': deaths, 'others done': jobs })
})

/** Starts an agent again each time it ends. `stop` ends that and gives how often it was. */
function keepRunning(agent: RigProcess): { stop(): number } {
  let deaths = 0
  let isWatched = true
  const watch = async () => {
    while (isWatched) {
      await agent.ended()
      if (!isWatched) return
      deaths += 1
      await agent.start()
    }
  }
  void watch()
  return {
    stop: () => {
      isWatched = false
      return deaths
    },
  }
}
