import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../protocol/errors.ts'
import { fetchFollowing } from './fetch-following.ts'
import { hashFile } from './hash-file.ts'
import type { ModelFile } from './model-manifest.ts'
import { PartialFile } from './partial-file.ts'

/** In a row without a new byte. */
const TRIES = 5
const FIRST_PAUSE_MS = 1_000
/** A server that sends nothing for so long has gone. */
const STALL_MS = 30_000

export type DownloadOptions = {
  /** Called with all bytes that are there so far. */
  onProgress?: (receivedBytes: number) => unknown
  /** Before the next try. */
  onPause?: (reason: string, pauseMs: number) => void
  signal?: AbortSignal
  firstPauseMs?: number
  stallMs?: number
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
  file: ModelFile & { url: string },
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

async function fetchProved(
  part: PartialFile,
  file: ModelFile & { url: string },
  options: DownloadOptions,
): Promise<void> {
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
async function fetchAll(
  part: PartialFile,
  file: ModelFile & { url: string },
  options: DownloadOptions,
): Promise<void> {
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

/** One request for what is missing. */
async function fetchRest(
  part: PartialFile,
  file: ModelFile & { url: string },
  { onProgress, signal, stallMs = STALL_MS }: DownloadOptions,
): Promise<void> {
  const begun = await part.begun(file.url)
  if (begun.sizeBytes === file.sizeBytes) return
  const offset = begun.sizeBytes < file.sizeBytes ? begun.sizeBytes : 0
  const stall = new AbortController()
  const timer = setTimeout(() => stall.abort(new Error('sends nothing any more')), stallMs)
  try {
    const response = await fetchFollowing(
      file.url,
      {
        // Bytes as they lie there: a compressed answer could not be gone on with.
        'accept-encoding': 'identity',
        ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
        ...(offset > 0 && begun.validator ? { 'if-range': begun.validator } : {}),
      },
      AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
    )
    let at = await placeAnswer(response, part, file, offset)
    onProgress?.(at)
    for await (const bytes of response.body ?? []) {
      timer.refresh()
      if (at + bytes.length > file.sizeBytes) throw tooLarge(file)
      await part.write(bytes, at)
      at += bytes.length
      onProgress?.(at)
    }
    if (at < file.sizeBytes) throw new AppError('unavailable', `${file.url} was cut off`)
  } finally {
    clearTimeout(timer)
  }
}

/** @returns at which byte the answer begins */
async function placeAnswer(
  response: Response,
  part: PartialFile,
  file: ModelFile & { url: string },
  offset: number,
): Promise<number> {
  const isRest = response.status === 206 && offset > 0
  if (
    isRest &&
    response.headers.get('content-range') === `bytes ${offset}-${file.sizeBytes - 1}/${file.sizeBytes}`
  ) {
    return offset
  }
  if (isRest || response.status === 416) {
    await response.body?.cancel()
    await part.startOver({ url: file.url, validator: null })
    throw new AppError('unavailable', `${file.url} could not go on where it was cut off; starting over`)
  }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw refusal(response.status, file.url)
  }
  const length = response.headers.get('content-length')
  if (length !== null && Number(length) > file.sizeBytes) {
    await response.body?.cancel()
    throw tooLarge(file)
  }
  const etag = response.headers.get('etag')
  const isStrong = etag?.startsWith('"')
  const validator = isStrong ? etag : response.headers.get('last-modified')
  await part.startOver({ url: file.url, validator })
  return 0
}

function tooLarge(file: ModelFile & { url: string }): AppError {
  return new AppError(
    'model_broken',
    `${file.url} gives more than the ${file.sizeBytes} bytes of the model’s file: it is another one, and was not taken`,
  )
}

function refusal(status: number, url: string): AppError {
  const isPassing = status === 408 || status === 429 || status >= 500
  if (isPassing) return new AppError('unavailable', `${url} answers ${status}`)
  const code = status === 401 || status === 403 ? 'forbidden' : 'not_found'
  return new AppError(code, `${url} answers ${status}: the file is not there any more, or not for everybody`)
}

function toFault(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error
  const isFile = error instanceof Error && 'syscall' in error && 'path' in error
  if (isFile) return new AppError('file_unreadable', error.message, { cause: error })
  const reason = error instanceof Error ? describe(error) : String(error)
  return new AppError('unavailable', `${url} cannot be reached (${reason})`, { cause: error })
}

/** `fetch failed` says nothing; its cause does. */
function describe(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
