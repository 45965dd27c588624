import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { DetectResult } from '../../protocol/vision.ts'
import { type TinyModelId, writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { temporaryFolder } from '../vault/testing/temporary-folder.ts'
import { modelKey } from '../vision/models/model-key.ts'
import { paintRectangle } from '../vision/testing/paint-rectangle.ts'
import { startAgent } from './agent.ts'
import { poll } from './testing/poll.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const LIMIT_MS = 120_000
const preview = await paintRectangle()
const hash = createHash('sha256').update(preview).digest('hex')

/** A worker with one model, and a coordinator that has one picture for it. */
async function start(id: TinyModelId) {
  const coordinator = await TestCoordinator.start()
  onTestFinished(() => coordinator[Symbol.asyncDispose]())
  coordinator.onHttp = (request, response) => {
    const isPreview = request.url === '/api/jobs/1/files/3/preview?token=1'
    response.writeHead(isPreview ? 200 : 404).end(isPreview ? preview : '')
  }
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const modelsFolder = join(folder.path, 'models')
  const [manifest] = await writeTinyModels(modelsFolder, [id])
  const key = modelKey(manifest!)
  const file = {
    ...{ fileId: 3, libraryId: 1, root: '/photos', path: 'a.jpg', sizeBytes: 9, contentHash: hash },
    preview: { hash, sizeBytes: preview.length },
  }
  const lease = { ...leaseOf(1, { kind: 'asset.detect' }), input: { model: key, file } }
  coordinator.queue.push(lease)
  const closers: Closers = []
  onTestFinished(async () => {
    for (const close of closers.reverse()) await close()
  })
  const config = AgentConfig.parse({
    name: 'worker',
    coordinatorUrls: [coordinator.url],
    stateFolder: join(folder.path, 'state'),
    capabilities: [
      { capability: 'detect', concurrency: 2 },
      { capability: 'embed', concurrency: 2 },
    ],
    vision: { modelsFolder, providers: ['cpu'] },
  })
  await startAgent(config, pino({ level: 'silent' }), closers, '')
  return { coordinator, key }
}

const offers = (coordinator: TestCoordinator) =>
  coordinator.received('hello').map(({ capabilities, models }) => ({
    capabilities: capabilities.map(({ capability }) => capability),
    models,
  }))

test('a worker offers what its models can do, says how they stand, and looks at pictures', {
  timeout: LIMIT_MS,
}, async () => {
  const { coordinator, key } = await start('tiny-yolov8')
  await poll(() => coordinator.completed().length).toBe(1)
  expect(offers(coordinator)).toEqual([{ capabilities: ['detect'], models: [key] }])
  const result = DetectResult.parse(coordinator.completed()[0]!.result)
  expect(result).toMatchObject({ previewHash: hash, provider: 'cpu', objects: [{ className: 'red thing' }] })
  await poll(() => coordinator.received('agent.vision').at(-1)).toMatchObject({
    providers: [{ provider: 'cpu', works: true, reason: null }],
    models: expect.arrayContaining([expect.objectContaining({ key, state: 'ready', reason: null })]),
  })
})

test('a worker whose model turns out to be broken offers it no more; its job waits', {
  timeout: LIMIT_MS,
}, async () => {
  const { coordinator, key } = await start('broken-shape')
  await poll(() => coordinator.received('job.fail')).toMatchObject([{ error: { code: 'model_missing' } }])
  await poll(() => offers(coordinator)).toEqual([
    { capabilities: ['detect'], models: [key] },
    { capabilities: [], models: [] },
  ])
  await poll(() => coordinator.received('agent.vision').at(-1)?.models).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ key, state: 'broken', reason: expect.stringContaining('broken-shape') }),
    ]),
  )
})
