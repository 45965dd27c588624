import { fileExtension, fileFamily } from '../../protocol/file-formats.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { FileRole } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'

/** What dating, placing and describing need to know about one file of an asset. */
export type KnownFile = {
  id: number
  name: PathName
  role: FileRole
  /** From ExifTool, `Group:Tag`; null before the file was read and when it could not be. */
  tags: Tags | null
  /** Microseconds since 1970. */
  mtimeUs: number
}

const familyOrder = ['raw', 'image', 'video', 'sidecar', null]

/** Sorts files by how much their word counts; equals by name, so that the order of arrival does not matter. */
export function byAuthority<T extends KnownFile>(files: readonly T[], roles: readonly FileRole[]): T[] {
  return files.toSorted(
    (a, b) =>
      roles.indexOf(a.role) - roles.indexOf(b.role) ||
      familyOrder.indexOf(fileFamily(a.name)) - familyOrder.indexOf(fileFamily(b.name)) ||
      Number(isTakeout(a)) - Number(isTakeout(b)) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  )
}

/** The JSON of a Google Takeout. What was exported once counts less than what a program keeps up to date. */
export function isTakeout({ name }: Pick<KnownFile, 'name'>): boolean {
  return fileExtension(name) === 'json'
}

/** For facts of the camera: what it wrote itself counts first. */
export const cameraFirst: readonly FileRole[] = ['original', 'cover', 'sidecar', 'export', 'derivative']

/** For what people edit: a sidecar was written later and on purpose. */
export const sidecarFirst: readonly FileRole[] = ['sidecar', 'original', 'cover', 'export', 'derivative']
