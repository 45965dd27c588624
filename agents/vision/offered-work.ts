import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import type { ModelKey } from '../../protocol/models.ts'
import type { KnownModel } from './models/examine-models.ts'

/** Capabilities that need a model. */
export const visionCapabilities: ReadonlySet<Capability> = new Set([
  'detect',
  'segment',
  'embed',
  'faces',
  'query',
])

/** What a machine can do with a model. */
export function capabilitiesOf({ task, queries }: KnownModel['card']): Capability[] {
  return task === 'embed' && queries !== 'none' ? ['embed', 'query'] : [task]
}

/**
 * What a machine offers, of what its configuration says: work for models only with a model that can be run, because
 * nothing else would be done about its jobs here.
 */
export function offeredWork(
  configured: readonly OfferedCapability[],
  models: readonly KnownModel[],
): { capabilities: OfferedCapability[]; models: ModelKey[] } {
  const ready = models.filter(({ state }) => state === 'ready')
  const able = new Set(ready.flatMap(({ card }) => capabilitiesOf(card)))
  const capabilities = configured.filter(
    ({ capability }) => !visionCapabilities.has(capability) || able.has(capability),
  )
  const offered = new Set(capabilities.map(({ capability }) => capability))
  return {
    capabilities,
    models: ready
      .filter(({ card }) => capabilitiesOf(card).some((capability) => offered.has(capability)))
      .map(({ key }) => key),
  }
}
