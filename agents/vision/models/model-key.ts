import { createHash } from 'node:crypto'
import type { ModelKey } from '../../../protocol/models.ts'
import type { DraftManifest, ModelManifest } from './model-manifest.ts'

/** Of the SHA-256, as `ModelKey` has it. */
const DIGITS = 12

/**
 * The name of a model in results and queues.
 *
 * It stands for everything that decides what the model says: its files' contents, how they are decoded, thresholds, what it looks at.
 * Another name, licence, source or address of a download is the same model, so that nothing is looked at again.
 */
export function modelKey({ id, task, looksAt, files, parts }: ModelManifest): ModelKey {
  const contents = files.map(({ name, sha256 }) => [name, sha256]).sort(byName)
  const digest = createHash('sha256')
    .update(canonicalJson({ task, looksAt, files: contents, parts }))
    .digest('hex')
  return `${id}@${digest.slice(0, DIGITS)}`
}

/** Of a model whose files nobody has measured yet; no results carry it. */
export function keyOfDraft({ id }: DraftManifest): ModelKey {
  return `${id}@${'0'.repeat(DIGITS)}`
}

/** JSON in which the order of keys makes no difference. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(byName))
      : part,
  )
}

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1
}
