import type { ModelCard, ModelKey } from '../../../protocol/models.ts'
import type { DraftManifest } from './model-manifest.ts'

/** What others are told of a model. */
export function modelCard(manifest: DraftManifest, key: ModelKey): ModelCard {
  const { id, name, task, licence, source, dimensions, parts } = manifest
  const families = new Set(Object.values(parts).map(({ family }) => family))
  return {
    key,
    id,
    name,
    task,
    family: [...families].join(' + ').slice(0, 128),
    licence,
    source,
    dimensions: dimensions ?? null,
    queries: parts.text === undefined ? 'none' : parts.text.tokenizerFile ? 'text' : 'words',
    promptable: parts.decoder !== undefined,
  }
}
