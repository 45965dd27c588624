import { buffer } from 'node:stream/consumers'
import { AppError } from '../../../protocol/errors.ts'
import type { InputFile, InputJob } from '../../../protocol/sources.ts'
import { type InputReading, readInput } from '../../sources/read-input.ts'
import { ByteCache } from '../session/byte-cache.ts'
import type { PreviewBytes } from '../session/messages.ts'

/** A few hundred previews: the jobs of all models for one picture come within seconds of one another. */
const KEPT_BYTES = 64 * 1024 ** 2

/**
 * Previews on this machine, so that the bytes of a picture travel once for all models that look at it. The job's right
 * to read is still needed for the first of them; a preview is known by its hash, which each job names.
 */
export class PreviewCache {
  readonly #reading: () => Promise<InputReading>
  readonly #kept = new ByteCache<PreviewBytes>(KEPT_BYTES)
  readonly #fetching = new Map<string, Promise<PreviewBytes>>()

  constructor(reading: () => Promise<InputReading>) {
    this.#reading = reading
  }

  /** @throws AppError as `readInput`; `not_found` when the file has no preview */
  async get(file: InputFile, job: InputJob, signal: AbortSignal): Promise<PreviewBytes> {
    if (file.preview === null) throw new AppError('not_found', 'The picture has no preview')
    const { hash } = file.preview
    for (;;) {
      signal.throwIfAborted()
      const kept = this.#kept.get(hash)
      if (kept) return kept
      const running = this.#fetching.get(hash)
      if (running === undefined) return await this.#fetch(hash, file, job, signal)
      // Whoever began may be aborted: then it is this one's turn.
      await running.catch(() => undefined)
    }
  }

  async #fetch(hash: string, file: InputFile, job: InputJob, signal: AbortSignal): Promise<PreviewBytes> {
    const fetching = this.#read(hash, file, job, signal)
    this.#fetching.set(hash, fetching)
    try {
      const preview = await fetching
      this.#kept.set(hash, preview, preview.bytes.byteLength)
      return preview
    } finally {
      this.#fetching.delete(hash)
    }
  }

  async #read(hash: string, file: InputFile, job: InputJob, signal: AbortSignal): Promise<PreviewBytes> {
    const reading = await this.#reading()
    return { hash, bytes: await buffer(readInput(reading, { file, as: 'preview', job, signal })) }
  }
}
