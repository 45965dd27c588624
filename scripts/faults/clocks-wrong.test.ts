import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { readJobSteps } from './testing/audit.ts'
import { canFakeClocks, FakeClock } from './testing/fake-clock.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  probePlan,
  readEffects,
  startProbeRig,
  submit,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { monotonicMs } from './testing/probe-work.ts'
import { until } from './testing/until.ts'

const LEASE_TTL_MS = 5_000
/** Some end at once, some outlive their first lease. */
const WORK_MS = [50, 7_000] as const
const CONCURRENCY = 8
const JUMP_INTERVAL_MS = 700
const JUMPS_MINUTES = [10, 0, -10, 0]
/** Minutes by which the clocks are fast at first. */
const fastBy = { right: 0, slow: -60, fast: 60, jumping: 0 }
const folder = mkdtempSync(join(tmpdir(), 'hearth-clocks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.skipIf(!canFakeClocks())(
  'agents whose clocks are wrong or jump lose no lease, and none is held twice',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const run = new FaultRun('R7 clocks wrong')
    const { jobs } = sizes.clocks
    const clocks = Object.entries(fastBy).map(([name, minutes]) => {
      const clock = new FakeClock(folder, name)
      clock.set(minutes)
      return { name, clock }
    })
    const jumping = clocks.at(-1)!.clock
    await using rig = await startProbeRig(
      clocks.map(({ name, clock }) => ({ ...probePlan(name, CONCURRENCY), env: clock.env })),
      { leaseTtlMs: LEASE_TTL_MS },
    )
    // From now on: a connection that was made at one time and is used at another.
    const greeted = () => rig.coordinator.lines.filter((line) => line.includes('agent connected')).length
    await until('all agents are connected', TEST_LIMIT_MS, () => greeted() === clocks.length)
    await submit(
      rig,
      Array.from({ length: jobs }, () => ({ does: 'wait', workMs: run.between(...WORK_MS) }) as const),
    )
    let jumps = 0
    const ended = untilProbesEnded(rig, TEST_LIMIT_MS).then(() => true)
    while (!(await Promise.race([ended, sleep(JUMP_INTERVAL_MS, false)]))) {
      jumping.set(JUMPS_MINUTES[jumps % JUMPS_MINUTES.length]!)
      jumps += 1
    }

    const counts = await expectProbesDoneOnce(rig, jobs)
    expect(offsetsSeen(rig)).toEqual({ right: [0], slow: [-60], fast: [60], jumping: [-10, 0, 10] })
    const steps = await readJobSteps(rig.db)
    const lost = steps.filter(({ from }) => from === 'leased').filter(({ to }) => to !== 'done')
    const leasedTwice = steps.filter(({ to, token }) => to === 'leased' && token > 1)
    expect({ lost, leasedTwice }).toEqual({ lost: [], leasedTwice: [] })
    await expectNothingLeft(rig)
    run.report({
      jobs,
      'agents at −60, 0, +60 min and jumping by 10': rig.agents.length,
      jumps,
      ...counts,
      'leases lost': lost.length,
      'leased twice': leasedTwice.length,
    })
  },
)

/** By how many minutes each agent's clock was seen to be fast; else a fake clock that does not work proves nothing. */
function offsetsSeen(rig: FaultRig): Record<string, number[]> {
  const wallAtZeroMs = Date.now() - monotonicMs()
  const seen: Record<string, Set<number>> = {}
  for (const { runBy, atMs, wallMs } of readEffects(rig)) {
    const name = runBy.split(' ')[0]!
    seen[name] ??= new Set()
    seen[name].add(Math.round((wallMs - atMs - wallAtZeroMs) / 60_000))
  }
  return Object.fromEntries(Object.entries(seen).map(([name, minutes]) => [name, [...minutes].sort()]))
}
