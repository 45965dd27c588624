import type { SessionCounts } from './session-counts.ts'

/** What the ways to share out the cores did in one round: pictures per second of each model, in the same order. */
export type Round = readonly { counts: SessionCounts; picturesPerSecond: readonly number[] }[]

/** A machine has other things to do while it is measured: less than this is no difference. */
const WINS_BY = 1.1

/**
 * The way that does most, where each picture is looked at by every model. Another than the usual one has to be better
 * by a tenth in every round: all ways were tried in turn, so that what else the machine did met all of them.
 *
 * @param rounds the usual way is the first of each
 */
export function chooseCounts(rounds: readonly Round[]): SessionCounts | undefined {
  const [usual, ...others] = rounds[0] ?? []
  if (usual === undefined) return undefined
  const gains = others.map(({ counts }, at) => ({
    counts,
    least: Math.min(...rounds.map((round) => secondsOf(round[0]) / secondsOf(round[at + 1]))),
  }))
  const best = gains.toSorted((one, other) => other.least - one.least)[0]
  return best !== undefined && best.least >= WINS_BY ? best.counts : usual.counts
}

/** For one picture and all models; infinite for what was not measured. */
function secondsOf(way: Round[number] | undefined): number {
  if (way === undefined) return Number.POSITIVE_INFINITY
  return way.picturesPerSecond.reduce((sum, rate) => sum + 1 / rate, 0)
}
