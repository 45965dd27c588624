import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ScoredTile } from '../protocol/api/vision-routes.ts'
import type { DetectionView, SegmentAnswer, TaskView } from '../protocol/detections.ts'
import { FaultRig } from './faults/testing/fault-rig.ts'
import { preparePhotos, untilAllRead, vaultPlan } from './faults/testing/photo-rig.ts'
import { until } from './faults/testing/until.ts'
import { writeTinyModels } from './fixtures/onnx/tiny-models.ts'

const PHOTOS = 4
const LIMIT_MS = 90_000
const tasks = ['detect', 'segment', 'embed', 'faces'] as const

/** With models that understand nothing: what is shown is the way, from the preview to the page of a search. */
test('pictures are looked at, found by words and by likeness, and answer a pointing finger', async () => {
  using folders = await preparePhotos(1, PHOTOS)
  const modelsFolder = mkdtempSync(join(tmpdir(), 'hearth-models-'))
  onTestFinished(() => rmSync(modelsFolder, { recursive: true, force: true }))
  await writeTinyModels(modelsFolder, ['tiny-yolov8', 'tiny-sam', 'tiny-clip', 'tiny-yunet-sface'])
  await using rig = await FaultRig.start({
    agents: [
      vaultPlan('vault', folders.roots[0]!),
      {
        name: 'worker',
        capabilities: [...tasks, 'query' as const].map((capability) => ({ capability, concurrency: 2 })),
        vision: { modelsFolder, providers: ['cpu'] },
      },
    ],
  })
  await untilAllRead(rig, PHOTOS, LIMIT_MS)
  const api = await rig.signIn()
  const readTasks = async () => (await api.get<{ tasks: TaskView[] }>('/api/models')).tasks
  await until('every model has looked at every picture', LIMIT_MS, async () => {
    const views = await readTasks()
    return views.every(({ task, done, total, open }) => open === 0 && (task === 'segment' || done === total))
  }).catch((error) => {
    throw new Error(rig.lastWords(), { cause: error })
  })
  for (const { task, inUse, models, waitsFor } of await readTasks()) {
    const used = models.find(({ key }) => key === inUse)
    expect(used?.machines, task).toMatchObject([{ agent: 'worker', online: true, state: 'ready' }])
    expect(waitsFor, task).toBeNull()
  }

  const found = await api.get<{ items: ScoredTile[] }>('/api/search?q=a%20dog%20on%20the%20beach&kind=image')
  expect(found.items).toHaveLength(PHOTOS)
  const scores = found.items.map(({ score }) => score)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  const assetId = found.items[0]!.id
  const alike = await api.get<{ items: ScoredTile[] }>(`/api/assets/${assetId}/similar`)
  expect(alike.items.map(({ id }) => id).sort()).toEqual(
    found.items
      .map(({ id }) => id)
      .filter((id) => id !== assetId)
      .sort(),
  )

  const point = { points: [{ at: [0.5, 0.5], inside: true }], box: null }
  const answer = await api.post<SegmentAnswer>(`/api/assets/${assetId}/segment`, point)
  expect(answer.model).toMatch(/^tiny-sam@/)
  expect(answer.mask?.size.every((side) => side <= 1_440)).toBe(true)
  const drawn = await api.post<DetectionView>(`/api/assets/${assetId}/detections`, {
    label: 'Zoey',
    box: answer.box,
    mask: answer.mask,
  })
  const { detections } = await api.get<{ detections: DetectionView[] }>(`/api/assets/${assetId}/detections`)
  expect(detections.map(({ label }) => label)).toContain('Zoey')
  expect(detections.find(({ id }) => id === drawn.id)).toEqual(drawn)
  expect(await api.get(`/api/assets/${assetId}`)).toMatchObject({ detections: detections.length })
}, 180_000)
