import { createHash } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { SourceSample } from '../../protocol/sources.ts'
import type { Source } from './source.ts'
import type { Measured } from './source-standing.ts'

/** Slower than this a source is no use, however right its bytes are. */
const SLOWEST_BYTES_PER_MS = 500
const LEAST_LIMIT_MS = 30_000
/** Of a smaller sample the speed says more about the greeting than about the way. */
const LEAST_MEASURED_BYTES = 256 * 1024

/**
 * Reads a library's sample through a source and compares every byte.
 *
 * @throws AppError what went wrong, in words for the owner of this machine
 */
export async function proveSource(
  source: Source,
  sample: SourceSample,
  stopping: AbortSignal,
): Promise<Measured> {
  const { sizeBytes, contentHash } = sample
  const limit = AbortSignal.timeout(LEAST_LIMIT_MS + Math.ceil(sizeBytes / SLOWEST_BYTES_PER_MS))
  const signal = AbortSignal.any([stopping, limit])
  const startMs = performance.now()
  let firstByteMs: number | undefined
  const hash = createHash('sha256')
  try {
    const stream = await source.open({ ...sample, for: 'sample' }, { start: 0, end: sizeBytes - 1 }, signal)
    const onAbort = () => stream.destroy(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      for await (const chunk of stream) {
        firstByteMs ??= performance.now() - startMs
        hash.update(chunk)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  } catch (error) {
    throw limit.aborted ? tooSlow(source, sample) : error
  }
  if (hash.digest('hex') !== contentHash) throw anotherFile(source, sample)
  const seconds = (performance.now() - startMs) / 1_000
  const megabytesPerSecond = sizeBytes < LEAST_MEASURED_BYTES ? null : sizeBytes / 1e6 / seconds
  return { megabytesPerSecond, firstByteMs: firstByteMs ?? null }
}

function anotherFile({ label }: Source, { path, libraryName }: SourceSample): AppError {
  return new AppError(
    'file_changed',
    `${displayPathName(path)} in ${label} is another file than in library “${libraryName}”; does the source lead to the right folder, and to a copy that is up to date?`,
  )
}

function tooSlow({ label }: Source, { sizeBytes }: SourceSample): AppError {
  return new AppError(
    'timed_out',
    `${label} takes too long for ${Math.ceil(sizeBytes / 1e6)} MB; see to the network, or take this source out`,
  )
}
