import type { AgentModel, ModelKey, StageTimes } from '../../../protocol/models.ts'

/** So many of the newest answers make up what is shown. */
const KEPT = 128
/** Older ones say nothing about now. */
const WINDOW_MS = 60_000

type Seen = { at: number; provider: string; batch: number; stagesMs: StageTimes }

/** How models run on this machine: pictures a second, and where their time goes. */
export class ModelRates {
  readonly #seen = new Map<ModelKey, Seen[]>()
  readonly #now: () => number

  /** @param now a clock that only goes forward, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  add(key: ModelKey, answer: Omit<Seen, 'at'>): void {
    const seen = this.#seen.get(key) ?? []
    this.#seen.set(key, seen)
    const { provider, batch, stagesMs } = answer
    seen.push({ at: this.#now(), provider, batch, stagesMs })
    if (seen.length > KEPT) seen.shift()
  }

  /** Null before the first picture. `picturesPerSecond` is 0 when none has come for a while. */
  find(key: ModelKey): AgentModel['running'] {
    const seen = this.#seen.get(key)
    const last = seen?.at(-1)
    if (seen === undefined || last === undefined) return null
    const oldestMs = this.#now() - WINDOW_MS
    const recent = seen.filter(({ at }) => at >= oldestMs)
    const [first] = recent
    const spanMs = first === undefined ? 0 : last.at - first.at
    return {
      provider: last.provider,
      batch: Math.max(...(recent.length > 0 ? recent : [last]).map(({ batch }) => batch)),
      picturesPerSecond: spanMs > 0 ? ((recent.length - 1) / spanMs) * 1_000 : 0,
      stagesMs: meanOf(seen.map(({ stagesMs }) => stagesMs)),
    }
  }
}

function meanOf(times: readonly StageTimes[]): StageTimes {
  const mean = (stage: keyof StageTimes) =>
    times.reduce((sum, { [stage]: ms }) => sum + ms, 0) / Math.max(1, times.length)
  return {
    fetch: mean('fetch'),
    decode: mean('decode'),
    prepare: mean('prepare'),
    infer: mean('infer'),
    read: mean('read'),
  }
}
