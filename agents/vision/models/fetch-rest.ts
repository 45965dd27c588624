import { AppError } from '../../../protocol/errors.ts'
import { refusal, tooLarge } from './download-faults.ts'
import { fetchFollowing } from './fetch-following.ts'
import type { ModelFile } from './model-manifest.ts'
import type { PartialFile } from './partial-file.ts'

/** A server that sends nothing for so long has gone. */
const STALL_MS = 30_000

export type FileToFetch = ModelFile & { url: string }

export type FetchOptions = {
  /** Called with all bytes that are there so far. */
  onProgress?: (receivedBytes: number) => unknown
  signal?: AbortSignal
  stallMs?: number
}

/**
 * One request for what is missing of a file.
 *
 * @throws AppError `unavailable` when another try may help, otherwise what the server or the disk said
 */
export async function fetchRest(
  part: PartialFile,
  file: FileToFetch,
  { onProgress, signal, stallMs = STALL_MS }: FetchOptions,
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
  file: FileToFetch,
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
