import {
  type DatabaseAdvice,
  type DatabaseFacts,
  type DatabaseView,
  EMBEDDED_ASSETS,
  WHEN_TO_MOVE,
} from '../../../protocol/database.ts'

const DAY_MS = 86_400_000
const MAX_WAL_BYTES = 512 * 2 ** 20
/** Backups are daily: one that failed may be made up for without anybody's help. */
const MAX_BACKUP_AGE_MS = 2 * DAY_MS
const MAX_CHECK_AGE_MS = 14 * DAY_MS
/** Of the 2 GB that the embedded engine can address. */
const MUCH_MEMORY_BYTES = 1.5e9
const SLOW_P50_MS = 100
/** Below this the quantiles say little: the process has just started. */
const MIN_MEASURED = 30
const URGENT_FREE_BYTES = 500e6
const LOW_FREE_BYTES = 5e9
const LOW_FREE_PART = 0.05

/**
 * What is off about a database and what to do about it, most urgent first; nothing when all is well.
 *
 * @param nowMs milliseconds since 1970
 */
export function judgeDatabase(facts: DatabaseFacts, nowMs: number): DatabaseAdvice[] {
  const advice = [
    judgeDamage,
    judgeDisk,
    judgeMemory,
    judgeLog,
    judgeBackup,
    judgeLatency,
    judgeCheck,
    judgeMove,
  ].flatMap((judge) => judge(facts, nowMs) ?? [])
  const rank = { urgent: 0, warning: 1, hint: 2 }
  return advice.toSorted((one, other) => rank[one.severity] - rank[other.severity])
}

/** The state in one sentence. */
export function describeDatabase(
  facts: DatabaseFacts,
  advice: readonly DatabaseAdvice[],
): Pick<DatabaseView, 'state' | 'sentence'> {
  if (facts.damage.length > 0) {
    return { state: 'damaged', sentence: `The database is damaged: ${objectsOf(facts)}.` }
  }
  if (advice.some(({ severity }) => severity !== 'hint')) {
    return { state: 'attention', sentence: 'The database works, and something about it needs you.' }
  }
  const isChecked = facts.check && facts.check.method !== 'none'
  const known = [
    ...(facts.backup?.lastSuccess ? ['backed up'] : []),
    ...(isChecked ? ['checked for damage'] : []),
  ]
  return {
    state: 'well',
    sentence: `The database is well${known.length > 0 ? `: ${known.join(' and ')}` : ''}.`,
  }
}

type Judge = (facts: DatabaseFacts, nowMs: number) => DatabaseAdvice | undefined

const judgeDamage: Judge = (facts) => {
  if (facts.damage.length === 0) return undefined
  const good = facts.backup?.lastSuccess
  const remedy = good
    ? `restore the backup of ${dayOf(good.at)} ${facts.engine === 'embedded' ? `with hearth restore ${good.path} --replace` : `into an empty database with hearth restore ${good.path} --to postgres://…`}`
    : facts.engine === 'embedded'
      ? 'copy the data folder before anything else is tried, because there is no backup of it'
      : 'restore a backup of the server, because Hearth has none'
  return {
    about: 'damage',
    severity: 'urgent',
    sentence: `The database is damaged (${objectsOf(facts)}): stop Hearth, look at the disk, and ${remedy}.`,
  }
}

const judgeDisk: Judge = ({ disk, engine }) => {
  if (!disk) return undefined
  const isUrgent = disk.freeBytes < URGENT_FREE_BYTES
  const isLow = disk.freeBytes < Math.min(LOW_FREE_BYTES, disk.totalBytes * LOW_FREE_PART)
  if (!isUrgent && !isLow) return undefined
  const what = engine === 'embedded' ? 'the database, previews and backups' : 'previews and backups'
  return {
    about: 'disk',
    severity: isUrgent ? 'urgent' : 'warning',
    sentence: `The disk of Hearth’s data has ${megabytes(disk.freeBytes)} left: make room there, or nothing can be added to ${what}.`,
  }
}

const judgeMemory: Judge = ({ memoryBytes }) => {
  if (memoryBytes === null || memoryBytes <= MUCH_MEMORY_BYTES) return undefined
  return {
    about: 'memory',
    severity: 'warning',
    sentence: `The embedded database’s process takes ${megabytes(memoryBytes)} of the 2,000 MB that it can have: restart Hearth, and move to a Postgres server if it comes back.`,
  }
}

const judgeLog: Judge = ({ walBytes, engine }) => {
  if (walBytes === null || walBytes <= MAX_WAL_BYTES) return undefined
  const why =
    engine === 'embedded'
      ? 'it shrinks at the next checkpoint; if it keeps growing, restart Hearth'
      : 'look for a replication slot or an archive command that keeps it on the server'
  return {
    about: 'log',
    severity: 'warning',
    sentence: `The database’s write-ahead log takes ${megabytes(walBytes)}, more than it should: ${why}.`,
  }
}

const judgeBackup: Judge = ({ backup, since }, nowMs) => {
  if (!backup) return undefined
  const lastAt = backup.lastSuccess?.at
  const ageMs = nowMs - Date.parse(lastAt ?? since)
  const failure = backup.lastFailure
  if (ageMs <= MAX_BACKUP_AGE_MS) {
    if (!failure || lastAt) return undefined
    return {
      about: 'backup',
      severity: 'warning',
      sentence: `The first backup failed and is tried again: ${withoutStop(failure.message)}.`,
    }
  }
  const last = lastAt ? `is of ${dayOf(lastAt)}` : 'was never made'
  const reason = failure
    ? `newer ones failed: ${withoutStop(failure.message)}`
    : 'make one now with hearth backup, and let Hearth run long enough each day to make its own'
  return { about: 'backup', severity: 'urgent', sentence: `The last backup ${last}; ${reason}.` }
}

const judgeLatency: Judge = ({ latency, engine }) => {
  if (latency.measured < MIN_MEASURED || latency.p50Ms <= SLOW_P50_MS) return undefined
  const why =
    engine === 'embedded'
      ? 'the machine or its disk is busy, or the library has outgrown the embedded database'
      : 'look at the server’s load and at the line to it'
  return {
    about: 'latency',
    severity: 'warning',
    sentence: `The database is slow: half of all questions wait longer than ${Math.round(latency.p50Ms)} ms; ${why}.`,
  }
}

const judgeCheck: Judge = ({ check, since }, nowMs) => {
  if (check?.method === 'none') {
    return {
      about: 'check',
      severity: 'hint',
      sentence:
        'Damage in the database would go unnoticed: the server has no data checksums, and Hearth may not use amcheck; let an administrator of the server run create extension amcheck.',
    }
  }
  if (nowMs - Date.parse(check?.at ?? since) <= MAX_CHECK_AGE_MS) return undefined
  return {
    about: 'check',
    severity: 'hint',
    sentence: `The database was ${check ? `last checked for damage on ${dayOf(check.at)}` : 'never checked for damage'}: that is done when no work runs, so leave Hearth idle for an hour.`,
  }
}

const judgeMove: Judge = ({ engine, assets }) =>
  engine === 'embedded' && assets > EMBEDDED_ASSETS
    ? { about: 'move', severity: 'hint', sentence: WHEN_TO_MOVE }
    : undefined

function objectsOf({ damage }: DatabaseFacts): string {
  const objects = [...new Set(damage.map(({ object }) => object))]
  const shown = objects.slice(0, 3).join(', ')
  return objects.length > 3 ? `${shown} and ${objects.length - 3} more` : shown
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`
}

/** `2026-11-21`, the same in every language. */
function dayOf(at: string): string {
  return at.slice(0, 10)
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
