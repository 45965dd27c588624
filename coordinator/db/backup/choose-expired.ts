import type { NamedBackup } from './backup-name.ts'

/** How many days, weeks and months keep their last backup; days without one count nothing. */
const KEPT_DAYS = 7
const KEPT_WEEKS = 4
const KEPT_MONTHS = 6
/** Of those before upgrades and moves. */
const KEPT_BEFORE_CHANGES = 5

const DAY_MS = 86_400_000

/**
 * Which backups may go, of those that were made by the schedule and before changes. What a person asked for
 * is never among them, nor is the newest of any kind.
 *
 * Judged by the backups alone and not by today's date: a machine that was off for a year keeps what it has.
 * Clearing away each day leaves the same as clearing away once.
 */
export function chooseExpired(backups: readonly NamedBackup[]): NamedBackup[] {
  const newestFirst = backups.toSorted((one, other) => (one.name < other.name ? 1 : -1))
  const daily = newestFirst.filter(({ kind }) => kind === 'daily')
  const kept = new Set([
    ...lastOfEach(daily, KEPT_DAYS, ({ at }) => at.toISOString().slice(0, 10)),
    ...lastOfEach(daily, KEPT_WEEKS, ({ at }) => weekOf(at)),
    ...lastOfEach(daily, KEPT_MONTHS, ({ at }) => at.toISOString().slice(0, 7)),
  ])
  for (const kind of ['before-upgrade', 'before-move']) {
    for (const backup of newestFirst.filter((each) => each.kind === kind).slice(0, KEPT_BEFORE_CHANGES)) {
      kept.add(backup)
    }
  }
  return newestFirst.filter((backup) => backup.kind !== 'manual' && !kept.has(backup))
}

/** The newest of each of the newest `count` periods. */
function lastOfEach(
  newestFirst: readonly NamedBackup[],
  count: number,
  periodOf: (backup: NamedBackup) => string,
): NamedBackup[] {
  const last = new Map<string, NamedBackup>()
  for (const backup of newestFirst) {
    const period = periodOf(backup)
    if (!last.has(period)) last.set(period, backup)
  }
  return [...last.values()].slice(0, count)
}

/** Weeks begin on Mondays, in UTC; 1970 began on a Thursday. */
function weekOf(at: Date): string {
  return String(Math.floor((at.getTime() / DAY_MS + 3) / 7))
}
