import type { SourceConfig } from '../../config/source-config.ts'
import type { OfferedCapability } from '../../protocol/capability.ts'
import type { Cage } from '../cage/cage.ts'
import { MountedSource } from './mounted-source.ts'
import { longestFirst } from './path-map.ts'
import { type HttpBytes, RelaySource } from './relay-source.ts'
import { SmbSource } from './smb-source.ts'
import type { Source } from './source.ts'

/** Work that only a library's own vault does, with no source but its disk. */
const vaultWork: readonly OfferedCapability['capability'][] = ['scan', 'ingest', 'sidecar']

/** What an agent without a word about sources has: those that work for others read through the coordinator. */
export function effectiveSources(
  configs: readonly SourceConfig[],
  capabilities: readonly OfferedCapability[],
): readonly SourceConfig[] {
  if (configs.length > 0) return configs
  const works = capabilities.some(({ capability }) => !vaultWork.includes(capability))
  return works ? [{ kind: 'relay', library: '' }] : []
}

/**
 * In the order of the configuration, cheapest first; of one kind those with longer prefixes take the earlier places.
 *
 * @throws AppError `bad_request` for an address that is none
 */
export function createSources(
  configs: readonly SourceConfig[],
  using: { cage: Cage; http: HttpBytes },
): Source[] {
  return orderSources(configs).map((config) => createSource(config, using))
}

function createSource(config: SourceConfig, { cage, http }: { cage: Cage; http: HttpBytes }): Source {
  switch (config.kind) {
    case 'path':
      return new MountedSource({ ...config, cage })
    case 'smb':
      return new SmbSource(config)
    case 'relay':
      return new RelaySource(http, config.library)
  }
}

export function orderSources(configs: readonly SourceConfig[]): SourceConfig[] {
  const ofKind = Map.groupBy(
    longestFirst(configs, ({ library }) => library),
    ({ kind }) => kind,
  )
  return configs.map(({ kind }) => ofKind.get(kind)!.shift()!)
}
