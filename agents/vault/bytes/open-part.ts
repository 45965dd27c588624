import type { Readable } from 'node:stream'
import { AppError } from '../../../protocol/errors.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import { openOriginalFile, readErrorOf } from '../open-original.ts'
import { requireRoot } from '../root-guard.ts'

/** Few messages between processes, and little that waits for a slow browser. */
const CHUNK_BYTES = 256 * 1024

export type PartRequest = {
  root: PathName
  path: PathName
  /** Size that the coordinator knows; another one means that these are no longer the bytes it described. */
  sizeBytes: number
  /** First and last byte, both inclusive. */
  start: number
  end: number
  /** Folders this agent may read. */
  roots: readonly string[]
}

/**
 * Streams part of an original. The stream owns the file: it is closed when the stream ends or is destroyed.
 *
 * @throws AppError before the first byte: `refused_by_agent`, `file_missing`, `file_unreadable`,
 *   `file_changed`, `library_offline`, `range_not_satisfiable`
 */
export async function openPart(request: PartRequest): Promise<Readable> {
  const { path, sizeBytes, start, end } = request
  const root = await requireRoot(request.root, request.roots)
  const { handle, stats } = await openOriginalFile(root, path)
  try {
    if (Number(stats.size) !== sizeBytes) {
      throw new AppError(
        'file_changed',
        `${displayPathName(path)} has another size now; scan its library again`,
      )
    }
    if (!(start >= 0 && start <= end && end < sizeBytes)) {
      throw new AppError(
        'range_not_satisfiable',
        `Bytes ${start}-${end} are not in a file of ${sizeBytes} bytes`,
      )
    }
    return handle.createReadStream({ start, end, autoClose: true, highWaterMark: CHUNK_BYTES })
  } catch (error) {
    await handle.close()
    throw await readErrorOf(error, root, path)
  }
}
