import { expect, test } from 'vitest'
import { contentByLibrary } from './testing/content-rows.ts'
import { type AgentPlan, FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectContentOfOneResult, expectEachDoneOnce, expectNothingLeft } from './testing/invariants.ts'
import { type Fate, LossyProxy } from './testing/lossy-proxy.ts'
import { preparePhotos, untilAllRead, vaultPlan } from './testing/photo-rig.ts'
import { countOpen, expectProbesDoneOnce, PROBE_COORDINATOR, probePlan, submit } from './testing/probe-rig.ts'
import { until } from './testing/until.ts'

const LEASE_TTL_MS = 3_000
/** Many jobs in each message, as with real work: what is lost is lost for all of them. */
const CONCURRENCY = 8
/** Late enough that the lease a message speaks of has run out. */
const LATE_MS = 1.5 * LEASE_TTL_MS
/** Shares of all messages, in each direction. */
const DROPPED = 0.2
const DOUBLED = 0.2
const LATE = 0.05

const { jobs, photos: photoCount, cuts } = sizes.framesLost

test('messages that are lost, doubled, late or cut off lose no job and double no result', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R5 frames lost')
  using photos = await preparePhotos(2, photoCount)
  const originals = photos.state()
  await using proxy = await LossyProxy.listen({ fateOf: () => fate(run.random()), lateMs: LATE_MS })
  const lossy = (plan: AgentPlan): AgentPlan => ({ ...plan, coordinatorUrl: (url) => proxy.standBefore(url) })
  await using rig = await FaultRig.start({
    agents: [
      vaultPlan('vault-in-peace', photos.roots[0]!),
      lossy(vaultPlan('vault', photos.roots[1]!)),
      ...['probe-1', 'probe-2', 'probe-3'].map((name) => lossy(probePlan(name, CONCURRENCY))),
    ],
    coordinatorScript: PROBE_COORDINATOR,
    leaseTtlMs: LEASE_TTL_MS,
  })
  await submit(
    rig,
    Array.from({ length: jobs }, () => ({ does: 'wait', workMs: run.between(0, 100) }) as const),
  )

  for (let cut = 0; cut < cuts; cut += 1) {
    const left = jobs - ((cut + 1) * jobs) / (cuts + 1)
    await until(`at most ${left} jobs are open`, TEST_LIMIT_MS, async () => (await countOpen(rig)) <= left)
    proxy.cut()
  }
  await untilAllRead(rig, photos.count, TEST_LIMIT_MS)

  const counts = await expectProbesDoneOnce(rig, jobs)
  await expectEachDoneOnce(rig, 'file.ingest', photos.count)
  await expectContentOfOneResult(rig)
  expect(photos.state()).toEqual(originals)
  const [undisturbed, disturbed] = Object.values(await contentByLibrary(rig.db))
  expect(disturbed).toEqual(undisturbed)
  const { dropped, doubled, late } = proxy.counts
  await expectNothingLeft(rig)
  run.report({
    'messages dropped': dropped,
    'sent twice': doubled,
    'far too late': late,
    'cuts of all lines': cuts,
    jobs,
    'photos read': photos.count,
    ...counts,
  })
})

function fate(random: number): Fate {
  if (random < DROPPED) return 'dropped'
  if (random < DROPPED + DOUBLED) return 'doubled'
  return random < DROPPED + DOUBLED + LATE ? 'late' : 'passed'
}
