import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { AgentConfig } from '../../config/agent-config.ts'
import { writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { Cage } from '../cage/cage.ts'
import { temporaryFolder } from '../vault/testing/temporary-folder.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import type { RunningVision } from './testing/running-vision.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'
import { Vision } from './vision.ts'

/** One thread: what it holds is all that is held. */
const options = { folderIntervalMs: 100, counts: { sessions: 1, threads: 1 } }
const LIMIT_MS = 60_000

test('a model that is put into the folder of a running machine is run, also when it is the first', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision([], {}, options)
  expect([t.vision.host.pid, t.vision.models.filter(({ state }) => state === 'ready')]).toEqual([
    undefined,
    [],
  ])
  await writeTinyModels(t.folder, ['tiny-yolov8'])
  await untilModels(t, ['tiny-yolov8'])
  expect((await look(t, 'tiny-yolov8')).objects).toHaveLength(1)
  await writeTinyModels(t.folder, ['tiny-yolox'])
  await untilModels(t, ['tiny-yolov8', 'tiny-yolox'])
  expect((await look(t, 'tiny-yolox')).objects).toHaveLength(1)
})

test('models that nothing offered needs start no process; the first that is needed does', {
  timeout: LIMIT_MS,
}, async () => {
  const queries = { ...options, capabilities: [{ capability: 'query', concurrency: 1 }] as const }
  const t = await startTinyVision(['tiny-yolov8'], {}, queries)
  await writeTinyModels(t.folder, ['tiny-yolox'])
  await untilModels(t, ['tiny-yolov8', 'tiny-yolox'])
  expect(t.vision.host.pid).toBeUndefined()
  await writeTinyModels(t.folder, ['tiny-clip'])
  await untilModels(t, ['tiny-clip', 'tiny-yolov8', 'tiny-yolox'])
  expect((await t.ask('tiny-clip', 'red')).embedding).not.toBeNull()
})

test('a models folder that cannot be made keeps the machine from starting, with its path and what to do', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const vision = new Vision({
    cage: Cage.none('nothing runs'),
    modelsFolder: join(file, 'models'),
    config: AgentConfig.shape.vision.parse({}),
    log: pino({ level: 'silent' }),
  })
  await expect(vision.start()).rejects.toMatchObject({
    code: 'file_unreadable',
    message: expect.stringMatching(/models folder .*file\/models cannot be made .*: name another/),
  })
})

test('a model that is taken out of the folder is not held in memory; the others go on', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['tiny-yolov8', 'tiny-yolox'], {}, options)
  await Promise.all([look(t, 'tiny-yolov8'), look(t, 'tiny-yolox')])
  const { pid } = t.vision.host
  const { key, folder, manifest } = t.vision.models.find(({ card }) => card.id === 'tiny-yolox')!
  await rm(join(t.folder, 'tiny-yolox'), { recursive: true })
  await untilModels(t, ['tiny-yolov8'])
  // Asked all the same, the process has to open its file again, and there is none.
  const bytes = await paintRectangle()
  const work = {
    type: 'detect',
    preview: { hash: 'f'.repeat(64), bytes, isOriginal: false, shrunkTo: null },
  } as const
  const { signal } = new AbortController()
  await expect(t.vision.host.run({ key, folder, manifest }, work, false, signal)).rejects.toThrow(
    'tiny-yolox',
  )
  expect((await look(t, 'tiny-yolov8')).objects).toHaveLength(1)
  expect(t.vision.host.pid).toBe(pid)
})

async function look(t: RunningVision, model: string) {
  return await t.look('asset.detect', model, await paintRectangle(), {})
}

/** Waits until these and no others are ready. */
async function untilModels(t: RunningVision, ids: readonly string[]): Promise<void> {
  const changes = new EventTarget()
  t.vision.onChange(() => changes.dispatchEvent(new Event('change')))
  const ready = () => t.vision.models.filter(({ state }) => state === 'ready').map(({ card }) => card.id)
  while (ready().join() !== ids.join()) await once(changes, 'change')
}
