import type { SourceReport, SourceSample } from '../../protocol/sources.ts'
import type { Source } from './source.ts'
import { afterFailure, isDue, type Measured, reportOf, type Standing } from './source-standing.ts'

/** One source for one library. */
export type Entry = { sample: SourceSample; source: Source; place: number }

export type SourceBookOptions = {
  /** Cheapest first. */
  sources: readonly Source[]
  /** A clock that only goes forward, in ms. */
  now?: () => number
}

const untried: Standing = { state: 'untried' }

/** How each source stands for each library that this agent may read. */
export class SourceBook {
  readonly #sources: readonly Source[]
  readonly #now: () => number
  #samples = new Map<number, SourceSample>()
  readonly #standings = new Map<string, Standing>()

  constructor({ sources, now = () => performance.now() }: SourceBookOptions) {
    this.#sources = sources
    this.#now = now
  }

  /** The libraries there are; what is known of others is forgotten. */
  setSamples(samples: readonly SourceSample[]): void {
    this.#samples = new Map(samples.map((sample) => [sample.libraryId, sample]))
    const known = new Set(this.#entries().map(keyOf))
    for (const key of this.#standings.keys()) if (!known.has(key)) this.#standings.delete(key)
  }

  standing(entry: Entry): Standing {
    return this.#standings.get(keyOf(entry)) ?? untried
  }

  prove(entry: Entry, measured: Measured): void {
    this.#standings.set(keyOf(entry), { state: 'proved', measured, atMs: this.#now() })
  }

  fail(entry: Entry, error: unknown): void {
    this.#standings.set(keyOf(entry), afterFailure(this.standing(entry), error, this.#now(), Math.random()))
  }

  /** What should be tried now. */
  due(): Entry[] {
    return this.#entries().filter((entry) => isDue(this.standing(entry), this.#now()))
  }

  /** The sources that read a library, cheapest first. */
  proved(libraryId: number): Entry[] {
    return this.#entries().filter(
      (entry) => entry.sample.libraryId === libraryId && this.standing(entry).state === 'proved',
    )
  }

  /** Whether it is known if a source of this machine reads a library: one does, or all that might have been tried. */
  isTried(libraryId: number): boolean {
    const entries = this.#entries().filter(({ sample }) => sample.libraryId === libraryId)
    const states = entries.map((entry) => this.standing(entry).state)
    if (states.includes('proved') || this.#sources.length === 0) return true
    return this.#samples.has(libraryId) && !states.includes('untried')
  }

  /** Since when a source is proved, in ms of this book's clock; undefined when it is not. */
  provedForMs(entry: Entry): number | undefined {
    const standing = this.standing(entry)
    return standing.state === 'proved' ? this.#now() - standing.atMs : undefined
  }

  report(): SourceReport[] {
    return this.#entries().map((entry) => ({
      libraryId: entry.sample.libraryId,
      place: entry.place,
      kind: entry.source.kind,
      label: entry.source.label.toWellFormed().slice(0, 1_024),
      ...reportOf(this.standing(entry)),
    }))
  }

  #entries(): Entry[] {
    return [...this.#samples.values()].flatMap((sample) =>
      this.#sources.flatMap((source, place) =>
        source.covers(sample.root) ? [{ sample, source, place }] : [],
      ),
    )
  }
}

function keyOf({ sample, place }: Entry): string {
  return `${sample.libraryId} ${place}`
}
