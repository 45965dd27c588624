import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { contentRows } from './testing/content-rows.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectContentOfOneResult, expectEachDoneOnce, expectNothingLeft } from './testing/invariants.ts'
import { countRead, preparePhotos, startPhotoRig, untilAllRead, untilNoneOpen } from './testing/photo-rig.ts'
import { replayQuarantined } from './testing/replay-quarantined.ts'
import { until } from './testing/until.ts'

const AGENTS = 4
const LEASE_TTL_MS = 10_000
/** A kill comes up to this long after its turn, so that it finds an agent at any point of its work. */
const MOMENT_MS = 300

test(
  'kill -9 of agents at any moment loses no job and doubles no result',
  async () => {
    const run = new FaultRun('R1 agents killed')
    const { kills, jobs } = sizes.agentsKilled
    using photos = await preparePhotos(AGENTS, jobs / AGENTS)
    const originals = photos.state()
    const engine = testEnvironment.databaseUrl ? 'server' : 'embedded'

    await using calm = await startPhotoRig(engine, photos)
    await untilAllRead(calm, jobs, TEST_LIMIT_MS / 2)
    const calmRows = await contentRows(calm.db)
    await calm.stop()

    await using rig = await startPhotoRig(engine, photos, { leaseTtlMs: LEASE_TTL_MS })
    for (let kill = 0; kill < kills; kill += 1) {
      const due = (kill * jobs) / (kills + 1)
      await until(`${due} photos are read`, TEST_LIMIT_MS / 2, async () => (await countRead(rig)) >= due)
      await killOne(rig, run)
    }
    let quarantined = 0
    while ((await untilNoneOpen(rig, jobs, TEST_LIMIT_MS / 2)).dead > 0)
      quarantined += await replayQuarantined(rig)

    const counts = await expectEachDoneOnce(rig, 'file.ingest', jobs)
    await expectContentOfOneResult(rig)
    expect(photos.state()).toEqual(originals)
    expect(await contentRows(rig.db)).toEqual(calmRows)
    await expectNothingLeft(rig)
    run.report({ kills, jobs, ...counts, 'quarantined and replayed': quarantined })
  },
  TEST_LIMIT_MS,
)

/** The next life of the killed one begins at once; the test goes on meanwhile. */
async function killOne(rig: FaultRig, run: FaultRun): Promise<void> {
  await sleep(run.between(0, MOMENT_MS))
  const running = await until('an agent runs', TEST_LIMIT_MS / 2, () => {
    const ready = rig.agents.filter((agent) => agent.isReady)
    return ready.length > 0 ? ready : undefined
  })
  const agent = run.pick(running)
  await agent.kill()
  void agent.start()
}
