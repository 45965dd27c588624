import { buffer } from 'node:stream/consumers'
import { AppError } from '../../../protocol/errors.ts'
import type { InputFile, InputJob } from '../../../protocol/sources.ts'
import { type InputReading, type InputRequest, readInput } from '../../sources/read-input.ts'
import { ByteCache } from '../session/byte-cache.ts'
import type { PreviewBytes } from '../session/messages.ts'

/** A few hundred previews: the jobs of all models for one picture come within seconds of one another. */
const KEPT_BYTES = 64 * 1024 ** 2

/**
 * Previews, smaller pictures and originals on this machine, so that the bytes of a picture travel once for all models that look at it. The
 * job's right to read is still needed for the first of them; a preview is known by its hash, which each job names.
 */
export class PreviewCache {
  readonly #reading: () => Promise<InputReading>
  readonly #kept = new ByteCache<Uint8Array>(KEPT_BYTES)
  readonly #fetching = new Map<string, Promise<Uint8Array>>()

  constructor(reading: () => Promise<InputReading>) {
    this.#reading = reading
  }

  /** @throws AppError as `readInput`; `not_found` when the file has no preview */
  async get(
    file: InputFile,
    as: InputRequest['as'],
    job: InputJob,
    signal: AbortSignal,
  ): Promise<PreviewBytes> {
    const hash = as === 'original' ? file.contentHash : file[as]?.hash
    if (hash === undefined) throw new AppError('not_found', `The picture has no ${as}`)
    const bytes = await this.#bytes(hash, { file, as, job, signal })
    // Of a small photo both are the same.
    const shrunkTo = as === 'grid' && hash !== file.preview?.hash ? file.grid : null
    return { hash, bytes, isOriginal: as === 'original', shrunkTo }
  }

  async #bytes(hash: string, request: InputRequest): Promise<Uint8Array> {
    for (;;) {
      request.signal.throwIfAborted()
      const kept = this.#kept.get(hash)
      if (kept) return kept
      const running = this.#fetching.get(hash)
      if (running === undefined) return await this.#fetch(hash, request)
      // Whoever began may be aborted: then it is this one's turn.
      await running.catch(() => undefined)
    }
  }

  async #fetch(hash: string, request: InputRequest): Promise<Uint8Array> {
    const fetching = this.#read(request)
    this.#fetching.set(hash, fetching)
    try {
      const bytes = await fetching
      this.#kept.set(hash, bytes, bytes.byteLength)
      return bytes
    } finally {
      this.#fetching.delete(hash)
    }
  }

  async #read(request: InputRequest): Promise<Uint8Array> {
    const reading = await this.#reading()
    if (request.as === 'original') await reading.prover.untilTried(request.file.libraryId, request.signal)
    return await buffer(readInput(reading, request))
  }
}
