import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { type Content, contentByLibrary, rowHash } from './testing/content-rows.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import {
  expectContentOfOneResult,
  expectDerivedStored,
  expectEachDoneOnce,
  expectNothingLeft,
} from './testing/invariants.ts'
import {
  countRead,
  type PhotoFolders,
  preparePhotos,
  startPhotoRig,
  untilAllRead,
} from './testing/photo-rig.ts'
import type { RigProcess } from './testing/rig-process.ts'
import { until } from './testing/until.ts'

/** The promise: killed at any moment, it serves again within this time. */
const REOPEN_LIMIT_MS = 10_000
/** Short: what the embedded database had acknowledged and not yet written, is done again when its lease ends. */
const LEASE_TTL_MS = 5_000
/** A kill comes up to this long after its turn, so that it finds a transaction at any point. */
const MOMENT_MS = 250

const { kills, files } = sizes.coordinatorKilled
const engines = testEnvironment.databaseUrl ? (['embedded', 'server'] as const) : (['embedded'] as const)

let photos: PhotoFolders
let undisturbed: Record<string, Content>

beforeAll(async () => {
  photos = await preparePhotos(1, files)
  await using rig = await startPhotoRig(photos)
  await untilAllRead(rig, files, TEST_LIMIT_MS)
  undisturbed = await contentByLibrary(rig.db)
}, TEST_LIMIT_MS)
afterAll(() => photos[Symbol.dispose]())

describe.each(engines)('on the %s database', (engine) => {
  test('kill -9 of coordinator and database leaves the same rows as no kill', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    const run = new FaultRun(`R3 coordinator killed, ${engine} database`)
    const originals = photos.state()
    await using rig = await startPhotoRig(photos, { engine, leaseTtlMs: LEASE_TTL_MS })
    const victims = victimsOf(rig)
    const killed: Record<string, number> = {}
    let longestMs = 0
    for (let kill = 0; kill < kills; kill += 1) {
      const due = (kill * files) / (kills + 1)
      await until(`${due} photos are read`, TEST_LIMIT_MS, async () => (await countRead(rig)) >= due)
      await sleep(run.between(0, MOMENT_MS))
      const chosen = victims[kill % victims.length]!
      const reopenedMs = await killAndReopen(chosen)
      longestMs = Math.max(longestMs, reopenedMs)
      for (const { name } of chosen) killed[name] = (killed[name] ?? 0) + 1
    }
    expect(longestMs).toBeLessThan(REOPEN_LIMIT_MS)
    await untilAllRead(rig, files, TEST_LIMIT_MS)

    const counts = await expectEachDoneOnce(rig, 'file.ingest', files)
    await expectContentOfOneResult(rig)
    await expectDerivedStored(rig)
    expect(photos.state()).toEqual(originals)
    const content = await contentByLibrary(rig.db)
    expect(content).toEqual(undisturbed)
    await expectNothingLeft(rig)
    run.report({
      ...Object.fromEntries(Object.entries(killed).map(([name, count]) => [`kills of the ${name}`, count])),
      files,
      ...counts,
      'ms longest reopening': Math.round(longestMs),
      'as row hash': rowHash(content).slice(0, 12),
    })
  })
})

/** Killed in turn: on the embedded database the coordinator, the database, both at once. */
function victimsOf({ coordinator, database }: FaultRig): RigProcess[][] {
  if (!database.process) return [[coordinator]]
  return [[coordinator], [database.process], [database.process, coordinator]]
}

/** Starts them again as a supervisor does. Returns how long it took until all served, in ms. */
async function killAndReopen(victims: readonly RigProcess[]): Promise<number> {
  await Promise.all(victims.map((victim) => victim.kill()))
  const killedAt = performance.now()
  for (const victim of victims) await victim.start()
  return performance.now() - killedAt
}
