import { type LentPixels, ownPixels } from '../picture/lent-pixels.ts'
import type { Picture, Pixels } from '../picture/picture.ts'
import { resizePixels } from '../picture/resize-pixels.ts'
import { ByteCache } from './byte-cache.ts'
import { decodePreview, type PictureSizes, readPictureSizes, type Stretch } from './decode-preview.ts'
import type { PreviewBytes } from './messages.ts'
import { SharedPixels } from './shared-pixels.ts'
import { Turns } from './turns.ts'

/** As many as there are threads for it; more would wait there, where a click cannot overtake them. */
const DECODED_AT_ONCE = 4
/** A model that has not looked for so long does not count any more. */
const ACTIVE_MS = 60_000
/** Sizes of pictures: a hundred thousand of them. */
const SIZES_BYTES = 100_000
const SIZE_BYTES = 1

/** Who looks at a picture. */
export type Looker = {
  /** Task and model. */
  name: string
  /** Not only at the whole picture made small: at parts of it as well. */
  looksCloser: boolean
  /** Somebody waits for it. */
  isUrgent: boolean
}

/** A picture that is looked at, and how long it took to decode it. */
export type StoredPicture = Picture & { readonly decodeMs: number }

/**
 * Previews as pictures. Where several models look at them, each is decoded once for all; where one does and sees it made
 * small, it is made small while it is decoded, which is less work, and not kept.
 */
export class PictureStore {
  readonly #kept: ByteCache<SharedPixels>
  readonly #sizes = new ByteCache<PictureSizes>(SIZES_BYTES)
  readonly #turns = new Turns(DECODED_AT_ONCE)
  readonly #decoding = new Map<string, SharedPixels>()
  /** When each last looked, apart for previews and for the smaller or larger pictures that some take instead. */
  readonly #lookers = {
    preview: new Map<string, number>(),
    shrunk: new Map<string, number>(),
    original: new Map<string, number>(),
  }

  /** @param maxBytes of decoded pictures that are kept */
  constructor(maxBytes: number) {
    this.#kept = new ByteCache(maxBytes, (pixels) => pixels.drop())
  }

  /** @throws UnreadablePictureError */
  async open(preview: PreviewBytes, looker: Looker): Promise<StoredPicture> {
    const { name, looksCloser, isUrgent } = looker
    const lookers = this.#lookers[preview.isOriginal ? 'original' : preview.shrunkTo ? 'shrunk' : 'preview']
    lookers.set(name, performance.now())
    const { stored, seen } = await this.#sizesOf(preview)
    let decodeMs = 0
    const timed = async <T>(decode: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now()
      const pixels = await decode()
      decodeMs += performance.now() - startedAt
      return pixels
    }
    const pixels = () => timed(() => this.#whole(preview, isUrgent))
    return {
      ...seen,
      pixels,
      resized: async (to, kernel) => {
        const isShared = looksCloser || this.#isHere(preview.hash) || !isAlone(lookers, name)
        if (isShared) return await resizePixels(await pixels(), to, kernel)
        return ownPixels(await timed(() => this.#decode(preview, isUrgent, { from: stored, to, kernel })))
      },
      get decodeMs() {
        return decodeMs
      },
    }
  }

  async #sizesOf(preview: PreviewBytes): Promise<PictureSizes> {
    const known = this.#sizes.get(preview.hash)
    if (known) return known
    const sizes = await readPictureSizes(preview)
    this.#sizes.set(preview.hash, sizes, SIZE_BYTES)
    return sizes
  }

  #isHere(hash: string): boolean {
    return this.#decoding.has(hash) || this.#kept.get(hash) !== undefined
  }

  async #whole(preview: PreviewBytes, isUrgent: boolean): Promise<LentPixels> {
    const { hash } = preview
    const known = this.#kept.get(hash) ?? this.#decoding.get(hash)
    if (known) return await known.lend()
    const shared = new SharedPixels(this.#decodeSeen(preview, isUrgent))
    this.#decoding.set(hash, shared)
    try {
      const pixels = await shared.lend()
      this.#kept.set(hash, shared, pixels.rgb.byteLength)
      return pixels
    } finally {
      this.#decoding.delete(hash)
    }
  }

  /** As large as it is seen. */
  async #decodeSeen(preview: PreviewBytes, isUrgent: boolean): Promise<Pixels> {
    const { stored, seen } = await this.#sizesOf(preview)
    const isSmaller = stored.widthPx !== seen.widthPx || stored.heightPx !== seen.heightPx
    const stretch = isSmaller ? ({ from: stored, to: seen, kernel: 'lanczos3' } as const) : undefined
    return await this.#decode(preview, isUrgent, stretch)
  }

  #decode(preview: PreviewBytes, isUrgent: boolean, stretch?: Stretch): Promise<Pixels> {
    return this.#turns.take(isUrgent, () => decodePreview(preview, stretch))
  }
}

/** Whether nobody else has looked lately. */
function isAlone(lookers: Map<string, number>, name: string): boolean {
  const oldest = performance.now() - ACTIVE_MS
  for (const [other, at] of lookers) if (at < oldest) lookers.delete(other)
  return [...lookers.keys()].every((other) => other === name)
}
