import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { descendantsOf, listProcesses } from '../bench/process-usage.ts'
import { writeTinyModels } from '../fixtures/onnx/tiny-models.ts'
import { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectEachDoneOnce, expectNothingLeft } from './testing/invariants.ts'
import { preparePhotos, untilAllRead, vaultPlan } from './testing/photo-rig.ts'
import { spoilPreviews } from './testing/spoil-previews.ts'
import { until } from './testing/until.ts'

const { photos, malformed, kills, coordinatorAwayMs } = sizes.visionKilled
const total = photos + malformed
const tasks = ['detect', 'embed'] as const
const MOMENT_MS = 200

test('models killed in the middle of pictures that are none, and a coordinator that is away: every picture is looked at once', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R22 models killed')
  using folders = await preparePhotos(1, total)
  const modelsFolder = mkdtempSync(join(tmpdir(), 'hearth-models-'))
  onTestFinished(() => rmSync(modelsFolder, { recursive: true, force: true }))
  await using rig = await FaultRig.start({
    agents: [
      vaultPlan('vault', folders.roots[0]!),
      {
        name: 'worker',
        capabilities: tasks.map((capability) => ({ capability, concurrency: 8 })),
        vision: { modelsFolder, providers: ['cpu'] },
      },
    ],
    leaseTtlMs: 5_000,
  })
  await untilAllRead(rig, total, TEST_LIMIT_MS)
  expect(await spoilPreviews(rig, malformed)).toBe(malformed)
  const [, worker] = rig.agents
  // It finds the models when it starts, instead of at its next look into the folder.
  await worker!.stop()
  await writeTinyModels(modelsFolder, ['tiny-yolov8', 'tiny-classifier'])
  await worker!.start()

  let killed = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const due = ((kill + 1) * total * tasks.length) / (kills + 2)
    await until(`${due} looks are done`, TEST_LIMIT_MS, async () => (await countLooks(rig)) >= due)
    await sleep(run.between(0, MOMENT_MS))
    killed += killModels(worker!.pid!)
    if (kill === Math.floor(kills / 2)) {
      await rig.coordinator.kill()
      await sleep(coordinatorAwayMs)
      await rig.coordinator.start()
    }
  }
  await until(
    'all looks are done',
    TEST_LIMIT_MS,
    async () => (await countLooks(rig)) === total * tasks.length,
  ).catch((error) => {
    throw new Error(`${rig.lastWords()}`, { cause: error })
  })
  await until('no job is open', TEST_LIMIT_MS, async () => (await countOpen(rig)) === 0)

  const counts = { lost: 0, doubled: 0, 'stale accepted': 0 }
  for (const task of tasks) {
    const seen = await expectEachDoneOnce(rig, `asset.${task}`, total)
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += seen[name]
  }
  expect(await readOutcome(rig)).toEqual(tasks.map((task) => ({ task, problems: malformed })))
  // The tiny detector sees one thing at most: two would be one that was stored twice.
  expect(await mostDetections(rig)).toBeLessThanOrEqual(1)
  expect(killed).toBeGreaterThan(0)
  await expectNothingLeft(rig)
  run.report({ 'kills of the models': killed, pictures: total, 'that are none': malformed, ...counts })
})

/** @returns how many processes were killed */
function killModels(workerPid: number): number {
  const models = descendantsOf(workerPid, listProcesses()).filter(({ command }) =>
    command.includes('vision-process.ts'),
  )
  for (const { pid } of models) process.kill(pid, 'SIGKILL')
  return models.length
}

async function countLooks(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from asset_look`.execute(rig.db)
  return Number(rows[0]!.count)
}

async function countOpen(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from job where state in ('queued', 'leased', 'dead')`.execute(rig.db)
  return Number(rows[0]!.count)
}

async function readOutcome(rig: FaultRig): Promise<{ task: string; problems: number }[]> {
  const { rows } = await sql<{ task: string; problems: number }>`
    select task, count(problem) as problems from asset_look group by task order by task`.execute(rig.db)
  return rows.map(({ task, problems }) => ({ task, problems: Number(problems) }))
}

async function mostDetections(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ most: number }>`
    select coalesce(max(count), 0) as most from
      (select count(*) as count from detection group by asset_id) of_each`.execute(rig.db)
  return Number(rows[0]!.most)
}
