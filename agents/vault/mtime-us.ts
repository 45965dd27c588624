import type { BigIntStats } from 'node:fs'

/** A file's modification time in whole microseconds since 1970: the one rounding that scan and ingest share. */
export function mtimeUs(stats: Pick<BigIntStats, 'mtimeNs'>): number {
  return Number(stats.mtimeNs / 1_000n)
}
