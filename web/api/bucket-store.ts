import type { AssetTile } from '../../protocol/assets.ts'

/** The first page is small so that the first pictures come soon; the rest of a large month comes in big ones. */
const FIRST_PAGE = 300
const NEXT_PAGE = 2_000
/** Tiles kept in memory, about 0.4 kB each. The months longest out of sight go first. */
const KEPT_TILES = 40_000
const RETRY_MS = 3_000

export type BucketPage = { items: AssetTile[]; nextCursor: string | null }
export type LoadBucketPage = (
  bucket: string,
  page: { cursor: string | undefined; limit: number },
  signal: AbortSignal,
) => Promise<BucketPage>

export type BucketEntry = {
  readonly tiles: readonly AssetTile[]
  readonly complete: boolean
  readonly error: unknown
}

type Slot = { entry: BucketEntry; revision: number; usedAt: number; failedAtMs: number }

/**
 * The months that are on screen or were a moment ago.
 *
 * absent → loading → complete: `want()` or `require()`. A month that is no longer wanted stops loading and
 *   goes back to what it was. complete → stale: `invalidate()`; it stays visible and is loaded again when
 *   next wanted. A failed month is tried again after `RETRY_MS` if it is still wanted.
 */
export class BucketStore {
  readonly #load: LoadBucketPage
  readonly #nowMs: () => number
  readonly #slots = new Map<string, Slot>()
  readonly #loading = new Map<string, { abort: AbortController; done: Promise<void> }>()
  readonly #required = new Map<string, number>()
  readonly #listeners = new Set<(bucket: string) => void>()
  #wanted: readonly string[] = []
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #revision = 0
  #clock = 0
  /** What was changed while months were being loaded: their pages may be older than that. */
  #patches: ReadonlyMap<number, Partial<AssetTile>>[] = []

  constructor(load: LoadBucketPage, nowMs: () => number = Date.now) {
    this.#load = load
    this.#nowMs = nowMs
  }

  find(bucket: string): BucketEntry | undefined {
    return this.#slots.get(bucket)?.entry
  }

  onChange(listener: (bucket: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What is on screen now, most important first. Everything else stops loading. */
  want(buckets: readonly string[]): void {
    this.#wanted = buckets
    for (const [bucket, { abort }] of this.#loading) {
      if (!buckets.includes(bucket) && !this.#required.has(bucket)) abort.abort()
    }
    this.#clock += 1
    for (const bucket of buckets) {
      const slot = this.#slots.get(bucket)
      if (slot) slot.usedAt = this.#clock
      if (!this.#isFresh(bucket)) this.#start(bucket)
    }
    this.#forgetOldest()
  }

  /** A whole month, for those who need its order, such as the viewer. */
  async require(bucket: string): Promise<readonly AssetTile[]> {
    this.#required.set(bucket, (this.#required.get(bucket) ?? 0) + 1)
    try {
      if (!this.#slots.get(bucket)?.entry.complete) await this.#start(bucket)
      const entry = this.find(bucket)
      if (!entry?.complete) throw entry?.error ?? new DOMException('The month was not loaded', 'AbortError')
      return entry.tiles
    } finally {
      const left = (this.#required.get(bucket) ?? 1) - 1
      if (left > 0) this.#required.set(bucket, left)
      else this.#required.delete(bucket)
    }
  }

  /** The library has changed: what is kept may be old. */
  invalidate(): void {
    this.#revision += 1
    this.want(this.#wanted)
  }

  /** Changes tiles in place: the server has said that this is true of them now. */
  patch(changes: ReadonlyMap<number, Partial<AssetTile>>): void {
    if (this.#loading.size > 0) this.#patches.push(changes)
    for (const [bucket, slot] of this.#slots) {
      const tiles = patched(slot.entry.tiles, changes)
      if (tiles === slot.entry.tiles) continue
      slot.entry = { ...slot.entry, tiles }
      for (const listener of this.#listeners) listener(bucket)
    }
  }

  clear(): void {
    for (const { abort } of this.#loading.values()) abort.abort()
    clearTimeout(this.#retryTimer)
    this.#slots.clear()
    this.#wanted = []
  }

  #isFresh(bucket: string): boolean {
    const slot = this.#slots.get(bucket)
    if (!slot) return false
    if (slot.entry.error !== undefined) return this.#nowMs() - slot.failedAtMs < RETRY_MS
    return slot.entry.complete && slot.revision === this.#revision
  }

  #start(bucket: string): Promise<void> {
    const running = this.#loading.get(bucket)
    if (running) return running.done
    const abort = new AbortController()
    const done = this.#run(bucket, abort.signal).finally(() => {
      this.#loading.delete(bucket)
      if (this.#loading.size === 0) this.#patches = []
      // Asked for again, or changed, while it was on its way out.
      if (this.#wanted.includes(bucket) && !this.#isFresh(bucket)) this.#start(bucket)
    })
    this.#loading.set(bucket, { abort, done })
    return done
  }

  async #run(bucket: string, signal: AbortSignal): Promise<void> {
    const revision = this.#revision
    const before = this.find(bucket)
    const refreshing = before?.complete === true
    const patchesBefore = this.#patches.length
    const tiles: AssetTile[] = []
    let cursor: string | undefined
    try {
      do {
        const page = await this.#load(bucket, { cursor, limit: cursor ? NEXT_PAGE : FIRST_PAGE }, signal)
        if (signal.aborted) return
        tiles.push(...page.items)
        cursor = page.nextCursor ?? undefined
        // A month that is only being refreshed stays whole on screen until its new self is.
        if (cursor === undefined || !refreshing) {
          const newest = this.#patches.slice(patchesBefore).reduce(patched, tiles as readonly AssetTile[])
          this.#put(
            bucket,
            { tiles: [...newest], complete: cursor === undefined, error: undefined },
            revision,
          )
        }
      } while (cursor !== undefined)
    } catch (error) {
      if (signal.aborted) return
      this.#put(bucket, { tiles: before?.tiles ?? tiles, complete: refreshing, error }, revision)
      clearTimeout(this.#retryTimer)
      this.#retryTimer = setTimeout(() => this.want(this.#wanted), RETRY_MS)
    }
  }

  #put(bucket: string, entry: BucketEntry, revision: number): void {
    this.#slots.set(bucket, { entry, revision, usedAt: this.#clock, failedAtMs: this.#nowMs() })
    for (const listener of this.#listeners) listener(bucket)
  }

  #forgetOldest(): void {
    let kept = 0
    for (const { entry } of this.#slots.values()) kept += entry.tiles.length
    if (kept <= KEPT_TILES) return
    const oldestFirst = [...this.#slots].sort((a, b) => a[1].usedAt - b[1].usedAt)
    for (const [bucket, slot] of oldestFirst) {
      if (kept <= KEPT_TILES) return
      if (this.#wanted.includes(bucket) || this.#required.has(bucket)) continue
      this.#slots.delete(bucket)
      kept -= slot.entry.tiles.length
    }
  }
}

function patched(
  tiles: readonly AssetTile[],
  changes: ReadonlyMap<number, Partial<AssetTile>>,
): readonly AssetTile[] {
  if (!tiles.some(({ id }) => changes.has(id))) return tiles
  return tiles.map((tile) => ({ ...tile, ...changes.get(tile.id) }))
}
