import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readJobSteps } from './testing/audit.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  feedWhile,
  probePlan,
  readEffects,
  startProbeRig,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { monotonicMs, type ProbeEffect } from './testing/probe-work.ts'
import { type Break, canSplitNetworks, SplitNetwork } from './testing/split-network.ts'
import { until } from './testing/until.ts'

const WORK_MS = [300, 3_000] as const
/** The agent works undisturbed for so long before each break. */
const BEFORE_MS = 1_500
/** After the line is whole again an agent must have work within this time, and nobody helps. */
const HEALED_LIMIT_MS = 30_000
const breaks: Break[] = ['both', 'toAgent', 'toCoordinator']

const { downMs, rounds, leaseTtlMs } = sizes.networkSplit

test.skipIf(!canSplitNetworks())(
  'an agent that is cut off, in one direction or both, stops in time; others take over, and it comes back by itself',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const run = new FaultRun('R6 network split')
    using network = new SplitNetwork()
    const far = { ...probePlan('far'), under: network.under }
    await using rig = await startProbeRig([far, probePlan('near')], { leaseTtlMs, host: network.nearAddress })
    const farRunsSince = (atMs: number) =>
      readEffects(rig).some((effect) => effect.runBy.startsWith('far ') && effect.atMs > atMs)

    let splits = 0
    const split = async () => {
      for (let round = 0; round < rounds; round += 1) {
        for (const how of breaks) {
          for (const ms of downMs) {
            await sleep(BEFORE_MS)
            network.break(how)
            await sleep(ms)
            network.heal(how)
            splits += 1
            const healedAt = monotonicMs()
            await until('the agent works again', HEALED_LIMIT_MS, () => farRunsSince(healedAt))
          }
        }
      }
    }
    const jobs = await feedWhile(rig, () => ({ does: 'wait', workMs: run.between(...WORK_MS) }), split)
    await untilProbesEnded(rig, TEST_LIMIT_MS)

    const counts = await expectProbesDoneOnce(rig, jobs)
    const overlaps = findOverlaps(readEffects(rig))
    expect(overlaps).toEqual([])
    const takenOver = (await readJobSteps(rig.db)).filter(
      ({ from, leftMs }) => from === 'leased' && leftMs! <= 0,
    )
    // Else the splits have proved nothing.
    expect(takenOver.length).toBeGreaterThanOrEqual(splits)
    await expectNothingLeft(rig)
    run.report({
      splits,
      's down each': downMs.map((ms) => ms / 1_000).join('/'),
      jobs,
      ...counts,
      'taken over': takenOver.length,
      'run twice at once': overlaps.length,
    })
  },
)

/** Signs of a run that come after the first sign of the next run of the same job: two were at work at once. */
function findOverlaps(effects: readonly ProbeEffect[]): ProbeEffect[] {
  const newest = new Map<number, number>()
  return effects.filter(({ jobId, token }) => {
    const known = newest.get(jobId) ?? 0
    newest.set(jobId, Math.max(known, token))
    return token < known
  })
}
