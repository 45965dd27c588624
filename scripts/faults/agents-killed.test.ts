import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { contentByLibrary } from './testing/content-rows.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import {
  expectContentOfOneResult,
  expectDerivedStored,
  expectEachDoneOnce,
  expectNothingLeft,
} from './testing/invariants.ts'
import { countRead, preparePhotos, startPhotoRig, untilNoneOpen } from './testing/photo-rig.ts'
import { replayQuarantined } from './testing/replay-quarantined.ts'
import { until } from './testing/until.ts'

const AGENTS = 4
const LEASE_TTL_MS = 10_000
/** A kill comes up to this long after its turn, so that it finds an agent at any point of its work. */
const MOMENT_MS = 300
const WAIT_LIMIT_MS = TEST_LIMIT_MS / 2

const { kills, jobs } = sizes.agentsKilled

test('kill -9 of agents at any moment loses no job and doubles no result', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R1 agents killed')
  // One more, with the same photos, is left in peace: what the others store must be what it stores.
  using photos = await preparePhotos(AGENTS + 1, jobs / AGENTS)
  const originals = photos.state()
  await using rig = await startPhotoRig(photos, { leaseTtlMs: LEASE_TTL_MS })

  for (let kill = 0; kill < kills; kill += 1) {
    const due = (kill * jobs) / (kills + 1)
    await until(`${due} photos are read`, WAIT_LIMIT_MS, async () => (await countRead(rig)) >= due)
    await killOne(rig, run)
  }
  let quarantined = 0
  while ((await untilNoneOpen(rig, photos.count, WAIT_LIMIT_MS)).dead > 0)
    quarantined += await replayQuarantined(rig)

  const counts = await expectEachDoneOnce(rig, 'file.ingest', photos.count)
  await expectContentOfOneResult(rig)
  await expectDerivedStored(rig)
  expect(photos.state()).toEqual(originals)
  const [undisturbed, ...others] = Object.values(await contentByLibrary(rig.db))
  expect(others).toHaveLength(AGENTS)
  for (const content of others) expect(content).toEqual(undisturbed)
  await expectNothingLeft(rig)
  run.report({ kills, jobs, ...counts, 'quarantined and replayed': quarantined })
})

/** The next life of the killed one begins at once; the test goes on meanwhile. */
async function killOne(rig: FaultRig, run: FaultRun): Promise<void> {
  await sleep(run.between(0, MOMENT_MS))
  const running = await until('an agent runs', WAIT_LIMIT_MS, () => {
    const ready = rig.agents.slice(1).filter((agent) => agent.isReady)
    return ready.length > 0 ? ready : undefined
  })
  const agent = run.pick(running)
  await agent.kill()
  void agent.start()
}
