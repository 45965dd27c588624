import { createHash, randomBytes } from 'node:crypto'
import type { PathName } from '../../../../protocol/path-name.ts'
import { encodePathName } from '../../../../protocol/path-name.ts'

const DRAFT = /^\.hearth-[0-9a-f]{24}\.tmp$/

/** Whether a name in a folder can be that of a sidecar: nothing else is ever written. */
export function isSidecarName(name: PathName): boolean {
  return /^[^/\0]+\.xmp$/i.test(name) && !name.startsWith('.')
}

/** A new name for a draft of a sidecar. Hidden, so that no program takes it for one; short, as names may be. */
export function newDraftName(name: PathName): string {
  return `${draftPrefix(name)}${randomBytes(6).toString('hex')}.tmp`
}

export function isDraft(name: PathName): boolean {
  return DRAFT.test(name)
}

export function isDraftOf(draft: PathName, name: PathName): boolean {
  return isDraft(draft) && draft.startsWith(draftPrefix(name))
}

function draftPrefix(name: PathName): string {
  return `.hearth-${createHash('sha256').update(encodePathName(name)).digest('hex').slice(0, 12)}`
}
