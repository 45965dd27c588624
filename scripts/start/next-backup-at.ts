const DAY_MS = 86_400_000
/** A start has better things to do, and a new library something to lose. */
const AFTER_START_MS = 5 * 60_000
const FIRST_RETRY_MS = 15 * 60_000
const LAST_RETRY_MS = 6 * 3_600_000

/** Times are milliseconds since 1970. */
export type BackupHistory = {
  lastDailyAt: number | null
  /** Since the last success, of any kind. */
  failures: { lastAt: number; count: number } | null
  /** Of this process; also when a try ended without writing down how. */
  lastTriedAt: number | null
  startedAt: number
}

/**
 * When the next daily backup is due: a day after the last one, soon after the start when that has passed, and
 * after failures in growing steps of a quarter of an hour to six hours.
 *
 * Times that lie in the future are of a clock that was wrong, and do not count.
 */
export function nextBackupAt(history: BackupHistory, now: number): number {
  const past = (at: number | null | undefined) => (at === null || at === undefined || at > now ? null : at)
  const lastDailyAt = past(history.lastDailyAt)
  const regular = Math.max(
    lastDailyAt === null ? 0 : lastDailyAt + DAY_MS,
    history.startedAt + AFTER_START_MS,
  )
  const failedAt = past(history.failures?.lastAt)
  const failures = failedAt === null ? 0 : (history.failures?.count ?? 0)
  const retryMs = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1), LAST_RETRY_MS)
  const lastTriedAt = Math.max(past(history.lastTriedAt) ?? 0, failedAt ?? 0)
  return lastTriedAt > (lastDailyAt ?? 0) ? Math.max(regular, lastTriedAt + retryMs) : regular
}
