import { expect, test } from 'vitest'
import { assetsMissing } from '../../vault/testing/test-assets.ts'
import { builtInModels } from '../models/built-in-models.ts'
import { assetModelIds } from './asset-manifests.ts'
import { assetModels } from './asset-models.ts'

test.skipIf(assetsMissing)('the test media hold the models that tests are about, whole', async () => {
  await using models = await assetModels(...assetModelIds)
  expect(models.registry.models.map(({ card, state, reason }) => [card.id, state, reason])).toEqual(
    [...assetModelIds].sort().map((id) => [id, 'ready', null]),
  )
})

test.skipIf(assetsMissing)('a model of the test media may be given another task', async () => {
  await using models = await assetModels({ of: 'yolov8n-seg', change: { id: 'finder', task: 'detect' } })
  expect(models.ready('finder').card.task).toBe('detect')
})

test('the models that Hearth knows can be read, and may be given away', async () => {
  const known = await builtInModels()
  expect(known.map(({ id }) => id)).toContain('yolox-nano')
  const licences = known.flatMap(({ licence }) => licence.split(', '))
  for (const licence of licences) expect(licence).toMatch(/^(Apache-2\.0|MIT|BSD-3-Clause)( \(|$)/)
})
