import type { Picture } from '../picture/picture.ts'
import { ByteCache } from './byte-cache.ts'
import { decodePreview } from './decode-preview.ts'
import type { PreviewBytes } from './messages.ts'
import { Turns } from './turns.ts'

/** As many as there are threads for it; more would wait there, where a click cannot overtake them. */
const DECODED_AT_ONCE = 4
/** A model that has not looked for so long does not count any more. */
const ACTIVE_MS = 60_000

type Bytes = Pick<PreviewBytes, 'hash' | 'bytes'>
type Decoded = { picture: Picture; wantedPx: number }

/**
 * Decoded previews, each decoded once for all models that look at it: as large as the one needs that sees most among
 * those at work.
 */
export class PictureStore {
  readonly #kept: ByteCache<Decoded>
  readonly #turns = new Turns(DECODED_AT_ONCE)
  readonly #decoding = new Map<string, { wantedPx: number; decoded: Promise<Decoded> }>()
  readonly #asked = new Map<string, { wantedPx: number; at: number }>()

  constructor(maxBytes: number) {
    this.#kept = new ByteCache(maxBytes)
  }

  /**
   * @param asker name of the model
   * @param wantedPx side of its input; Infinity: all pixels
   * @param isUrgent somebody waits for it
   * @throws when the preview cannot be decoded
   */
  async get(preview: Bytes, asker: string, wantedPx: number, isUrgent = false): Promise<Picture> {
    const { hash } = preview
    this.#asked.set(asker, { wantedPx, at: performance.now() })
    const kept = this.#kept.get(hash)
    if (kept && kept.wantedPx >= wantedPx) return kept.picture
    const running = this.#decoding.get(hash)
    if (running && running.wantedPx >= wantedPx) return (await running.decoded).picture
    return (await this.#decode(preview, this.#mostWanted(), isUrgent)).picture
  }

  async #decode({ hash, bytes }: Bytes, wantedPx: number, isUrgent: boolean): Promise<Decoded> {
    const decoded = this.#turns.take(isUrgent, async () => ({
      picture: await decodePreview(bytes, wantedPx),
      wantedPx,
    }))
    const entry = { wantedPx, decoded }
    this.#decoding.set(hash, entry)
    try {
      const done = await decoded
      this.#kept.set(hash, done, done.picture.rgb.byteLength)
      return done
    } finally {
      if (this.#decoding.get(hash) === entry) this.#decoding.delete(hash)
    }
  }

  #mostWanted(): number {
    const oldest = performance.now() - ACTIVE_MS
    for (const [asker, { at }] of this.#asked) if (at < oldest) this.#asked.delete(asker)
    return Math.max(...[...this.#asked.values()].map(({ wantedPx }) => wantedPx))
  }
}
