import type { SidecarNaming } from '../../protocol/edits.ts'
import { fileExtension, fileFamily } from '../../protocol/file-formats.ts'
import type { FileRole } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { stemOf } from '../catalog/base-name.ts'

export type SidecarGroup = {
  /** The asset's files of one folder, without folders; those that are missing left out. */
  files: readonly { name: PathName; role: FileRole }[]
  /** Names in that folder of files that are not this asset's. */
  others: readonly PathName[]
}

/**
 * The name of the sidecar that is written for an asset; null when every name it could have belongs to another picture.
 *
 * The full name is that of the picture with `.xmp`, the base name has it instead of the extension. The picture is the
 * RAW before the original before all else, so that a RAW and its JPEG share one. A base name that another picture has
 * as well gives way to the full name, and what is already there must be this asset's, as `sidecarOwner` reads it.
 */
export function chooseSidecar(naming: SidecarNaming, { files, others }: SidecarGroup): PathName | null {
  const pictures = mainFirst(files)
  const main = pictures[0]
  if (main === undefined) return null
  const own = files.filter(({ name }) => fileExtension(name) === 'xmp').map(({ name }) => name)
  const isTaken = (name: PathName) => others.some((other) => fold(other) === fold(name))

  const base = `${stemOf(main)}.xmp`
  const full = `${main}.xmp`
  const isShared = others.some((other) => isPicture(other) && fold(stemOf(other)) === fold(stemOf(main)))
  const existing = [
    ...pictures.map((picture) => `${picture}.xmp`),
    ...pictures.map((picture) => `${stemOf(picture)}.xmp`),
  ]
  const presentAs = (name: PathName) => own.find((sidecar) => fold(sidecar) === fold(name))

  const wanted = {
    existing: existing
      .map(presentAs)
      .find((name) => name !== undefined && !(isShared && fold(name) === fold(base))),
    base: isShared ? undefined : (presentAs(base) ?? base),
    full: presentAs(full) ?? full,
  }
  const order = naming === 'existing' ? [wanted.existing, wanted.full] : [wanted[naming], wanted.full]
  return order.find((name) => name !== undefined && !isTaken(name)) ?? null
}

/** The one that names the sidecar first. */
function mainFirst(files: SidecarGroup['files']): PathName[] {
  const rank = ({ name, role }: { name: PathName; role: FileRole }) =>
    fileFamily(name) === 'raw' ? 0 : ['original', 'cover', 'export', 'derivative'].indexOf(role) + 1
  return files
    .filter(({ name }) => isPicture(name))
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
}

function isPicture(name: PathName): boolean {
  const family = fileFamily(name)
  return family !== null && family !== 'sidecar'
}

/** File systems of Macs and Windows, and shares of both, take these for one name. */
function fold(name: PathName): string {
  return name.normalize('NFC').toLowerCase()
}
