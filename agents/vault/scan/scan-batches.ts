import type { PathName } from '../../../protocol/path-name.ts'
import type { ScanChunk } from '../../../protocol/scan.ts'
import { type FileList, unpackFiles } from './file-list.ts'

export const FOLDERS_PER_CHUNK = 1_000
export const FILES_PER_CHUNK = 2_000
export const SKIPPED_PER_CHUNK = 2_000

/** One folder with all its files, as it waits for the coordinator's answer. */
export type ListedFolder = { path: PathName; digest: string; files: FileList }

type FilesChunk = Extract<ScanChunk, { type: 'files' }>

/**
 * Spreads folders over messages of at most `FILES_PER_CHUNK` files and `FOLDERS_PER_CHUNK` folders.
 *
 * A folder that does not fit goes on in the next message; only its final part says `last`. A folder
 * without files is one final part, because it may have had files before.
 */
export function* filesChunks(folders: Iterable<ListedFolder>): Generator<FilesChunk> {
  let chunk: FilesChunk = { type: 'files', folders: [] }
  let room = FILES_PER_CHUNK
  for (const { path, digest, files: packed } of folders) {
    const files = unpackFiles(packed)
    let at = 0
    for (;;) {
      const part = files.slice(at, at + room)
      at += part.length
      room -= part.length
      const last = at === files.length
      chunk.folders.push({ path, digest, files: part, last })
      if (room === 0 || chunk.folders.length === FOLDERS_PER_CHUNK) {
        yield chunk
        chunk = { type: 'files', folders: [] }
        room = FILES_PER_CHUNK
      }
      if (last) break
    }
  }
  if (chunk.folders.length > 0) yield chunk
}
