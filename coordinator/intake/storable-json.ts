import { storableText } from '../../protocol/media.ts'

/** JSON that jsonb can hold: what real files and file names carry in their texts, NULs and half surrogates, it refuses. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : part,
  )
}
