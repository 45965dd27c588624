import { expect, test } from 'vitest'
import type { OfferedCapability } from '../../protocol/capability.ts'
import type { ModelCard, ModelState } from '../../protocol/models.ts'
import type { KnownModel } from './models/examine-models.ts'
import { offeredWork } from './offered-work.ts'

const configured: OfferedCapability[] = (['ingest', 'detect', 'embed', 'query'] as const).map(
  (capability) => ({
    capability,
    concurrency: 2,
  }),
)

function model(
  id: string,
  task: ModelCard['task'],
  state: ModelState = 'ready',
  queries: ModelCard['queries'] = 'none',
): KnownModel {
  const key = `${id}@000000000000`
  const card: ModelCard = {
    ...{ key, id, task, queries, name: id, family: id, licence: 'none', source: '' },
    ...{ dimensions: null, promptable: false },
  }
  return { key, card, state } as KnownModel
}

const names = ({ capabilities }: ReturnType<typeof offeredWork>) =>
  capabilities.map(({ capability }) => capability)

test('without a model nothing is offered that needs one; the rest is', () => {
  const offer = offeredWork(configured, [model('yolox', 'detect', 'missing')])
  expect(names(offer)).toEqual(['ingest'])
  expect(offer.models).toEqual([])
})

test('a model makes its task an offer, and one that answers questions queries too', () => {
  const offer = offeredWork(configured, [model('yolox', 'detect'), model('clip', 'embed', 'ready', 'text')])
  expect(names(offer)).toEqual(['ingest', 'detect', 'embed', 'query'])
  expect(offer.models).toEqual(['yolox@000000000000', 'clip@000000000000'])
})

test('a machine for queries alone names the model that answers them, and no other', () => {
  const queries = configured.filter(({ capability }) => capability === 'query')
  const models = [model('yolox', 'detect'), model('clip', 'embed', 'ready', 'text'), model('resnet', 'embed')]
  const offer = offeredWork(queries, models)
  expect(names(offer)).toEqual(['query'])
  expect(offer.models).toEqual(['clip@000000000000'])
})
