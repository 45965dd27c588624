import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../protocol/errors.ts'
import { toFault } from './download-faults.ts'
import { type FetchOptions, type FileToFetch, fetchRest } from './fetch-rest.ts'
import { hashFile } from './hash-file.ts'
import type { ModelFile } from './model-manifest.ts'
import { PartialFile } from './partial-file.ts'

/** In a row without a new byte. */
const TRIES = 5
const FIRST_PAUSE_MS = 1_000

export type DownloadOptions = FetchOptions & {
  /** Before the next try. */
  onPause?: (reason: string, pauseMs: number) => void
  firstPauseMs?: number
}

/**
 * Gets a file and puts it in its place once it is proved to be the right one. A download that was cut off goes on
 * where it was, also in another process; of two at once the quicker one is enough.
 *
 * @param path of the file when it is whole; meanwhile it is `PATH.part`
 * @throws AppError `model_broken` when the address gives another file, `disk_full`, `not_found` or `forbidden` when it
 *   gives none, `unavailable` when it did not answer several times
 */
export async function downloadFile(
  file: FileToFetch,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const part = await PartialFile.open(path)
  try {
    await fetchProved(part, file, options)
    await part.finish(path)
  } catch (error) {
    // The other one of two was quicker, and has taken the partial file away.
    if (!(await isProved(path, file, options).catch(() => false))) throw error
  } finally {
    await part.close()
  }
}

async function fetchProved(part: PartialFile, file: FileToFetch, options: DownloadOptions): Promise<void> {
  await fetchAll(part, file, options)
  if (await isProved(part.path, file, options)) return
  // Perhaps the first half was of an older file: once more from the start.
  await part.startOver({ url: file.url, validator: null })
  await fetchAll(part, file, options)
  if (await isProved(part.path, file, options)) return
  await part.discard()
  throw new AppError(
    'model_broken',
    `${file.url} gives another file than the manifest of the model says (SHA-256): nothing was kept`,
  )
}

async function isProved(path: string, file: ModelFile, { signal }: DownloadOptions): Promise<boolean> {
  return (await hashFile(path, { signal })) === file.sha256
}

/** Until all bytes are there, with pauses between tries that grow. */
async function fetchAll(part: PartialFile, file: FileToFetch, options: DownloadOptions): Promise<void> {
  const { firstPauseMs = FIRST_PAUSE_MS, signal } = options
  for (let failures = 0; ; ) {
    const before = (await part.begun(file.url)).sizeBytes
    try {
      await fetchRest(part, file, options)
      return
    } catch (error) {
      signal?.throwIfAborted()
      const fault = toFault(error, file.url)
      const hasMore = (await part.begun(file.url)).sizeBytes > before
      failures = hasMore ? 1 : failures + 1
      if (fault.code !== 'unavailable' || failures >= TRIES) throw fault
      const pauseMs = firstPauseMs * 2 ** (failures - 1)
      options.onPause?.(fault.message, pauseMs)
      await sleep(pauseMs, undefined, { signal })
    }
  }
}
