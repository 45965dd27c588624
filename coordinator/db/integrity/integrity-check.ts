import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { DatabaseFacts } from '../../../protocol/database.ts'
import { Rounds } from '../../rounds.ts'
import type { Database } from '../database.ts'
import { transact } from '../transact.ts'
import { type Amcheck, openAmcheck } from './amcheck.ts'
import { listCheckedObjects } from './checked-objects.ts'
import { thisCluster } from './cluster.ts'
import type { DamageRecord } from './damage-record.ts'
import { isCheckDue } from './is-check-due.ts'

const LOOK_MS = 60_000
/** Names the lock among those of this database; any number that nobody else uses. */
const LOCK = 7_243_220
/** A check that has not written for so long has gone with its coordinator. */
const GONE_AFTER_MIN = 30
/** That a check goes on is written down this often. */
const WRITE_INTERVAL_MS = 10_000
const SHORTEST_PAUSE_MS = 5
/** A large index is read by one statement; whoever stops does not wait for its end. */
const STOP_LIMIT_MS = 2_000

type Begun = { id: number; startedAt: Date }
type Method = NonNullable<DatabaseFacts['check']>['method']

export type IntegrityCheckOptions = {
  db: Database
  log: Logger
  damage: DamageRecord
  /** A check has ended: screens may show something new. */
  onChecked?: () => void
}

/**
 * Looks for damage that nobody has met yet: reads every table and index through amcheck, or asks for the failures
 * of data checksums where there is none.
 *
 * idle → running: `start()`. Once a minute it asks whether a check is due; of several coordinators one does it, by
 *   an advisory lock and a row that says so. It reads one piece at a time and rests as long as that took.
 * running → stopped: `stop()`. A check that was broken off begins anew later.
 */
export class IntegrityCheck {
  readonly #options: IntegrityCheckOptions
  readonly #rounds: Rounds
  #walBefore: number | undefined

  constructor(options: IntegrityCheckOptions) {
    this.#options = options
    this.#rounds = new Rounds({
      log: options.log,
      intervalMs: LOOK_MS,
      restsFirst: true,
      round: async () => {
        if (await this.#isDue()) await this.check()
      },
      failure: 'could not look for damage in the database; trying again',
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await Promise.race([this.#rounds.stop(), sleep(STOP_LIMIT_MS, undefined, { ref: false })])
  }

  /**
   * Checks now, whatever else is going on.
   *
   * @returns false when another coordinator is at it, or this one is stopping
   */
  async check(): Promise<boolean> {
    const { db, onChecked } = this.#options
    const amcheck = await openAmcheck(db)
    const method = amcheck ? 'amcheck' : await chooseLesser(db)
    const begun = await this.#begin(method)
    if (!begun) return false
    let isFinished = false
    try {
      isFinished = amcheck ? await this.#readAll(amcheck, begun) : await this.#askFailures()
      if (isFinished)
        await sql`update database_check set finished_at = now() where id = ${begun.id}`.execute(db)
    } finally {
      // So that nobody waits for it.
      if (!isFinished) await db.deleteFrom('database_check').where('id', '=', begun.id).execute()
    }
    onChecked?.()
    return isFinished
  }

  /** False when it was broken off. */
  async #readAll(amcheck: Amcheck, { id, startedAt }: Begun): Promise<boolean> {
    const { db, log, damage } = this.#options
    const objects = await listCheckedObjects(db)
    const readable = objects.filter(({ kind }) => kind !== 'other')
    const write = (checked: number) =>
      sql`update database_check set touched_at = now(), objects = ${checked} where id = ${id}`.execute(db)
    let damaged = 0
    let writtenAt = performance.now()
    for (const [at, object] of readable.entries()) {
      if (this.#rounds.stopping.aborted) return false
      const [message] = await amcheck.check(object, this.#rest())
      if (message !== undefined) {
        damaged += 1
        await damage.note(message, object.name)
      }
      if (performance.now() - writtenAt < WRITE_INTERVAL_MS) continue
      writtenAt = performance.now()
      await write(at + 1)
    }
    await write(readable.length)
    const unread = objects.filter(({ kind }) => kind === 'other').map(({ name }) => name)
    await damage.forgetOlder(startedAt, unread)
    log.info({ objects: readable.length, damaged }, 'looked for damage in the database')
    return true
  }

  async #askFailures(): Promise<true> {
    const { db, damage } = this.#options
    const failures = await readChecksumFailures(db)
    if (failures) await damage.note(failures)
    return true
  }

  async #isDue(): Promise<boolean> {
    const { db, damage } = this.#options
    const { rows } = await sql<{ leased: number; wal: number; lastAt: Date | null }>`
      select (select count(*) from job where state = 'leased') as leased,
        pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as wal,
        (select max(finished_at) from database_check where cluster = ${thisCluster}) as "lastAt"`.execute(db)
    const { leased, wal, lastAt } = rows[0]!
    const walBytes = this.#walBefore === undefined ? null : wal - this.#walBefore
    this.#walBefore = wal
    const isDamaged = (await damage.list()).length > 0
    return isCheckDue({ lastCheckAt: lastAt?.getTime() ?? null, isDamaged, leased, walBytes }, Date.now())
  }

  #begin(method: Method): Promise<Begun | undefined> {
    return transact(this.#options.db, { durable: false }, async (tx) => {
      const { rows: locks } = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(${LOCK}) as mine`.execute(tx)
      if (!locks[0]?.mine) return undefined
      const { rows: running } = await sql`select 1 from database_check
        where finished_at is null and cluster = ${thisCluster}
          and touched_at > now() - make_interval(mins => ${GONE_AFTER_MIN})`.execute(tx)
      if (running.length > 0) return undefined
      // Only the last one of this database is ever asked for.
      await sql`delete from database_check where finished_at is null or cluster <> ${thisCluster}
        or finished_at < (select max(finished_at) from database_check)`.execute(tx)
      const { rows } = await sql<Begun>`
        insert into database_check (cluster, method) values (${thisCluster}, ${method})
        returning id, started_at as "startedAt"`.execute(tx)
      return rows[0]
    })
  }

  /** A pause as long as the time since the last one. */
  #rest(): () => Promise<void> {
    const signal = this.#rounds.stopping
    let since = performance.now()
    return async () => {
      const tookMs = performance.now() - since
      await sleep(Math.max(SHORTEST_PAUSE_MS, tookMs), undefined, { signal }).catch(() => {})
      since = performance.now()
    }
  }
}

/** The last check of this database that was finished. */
export async function readLastCheck(db: Database): Promise<DatabaseFacts['check']> {
  const { rows } = await sql<{ at: Date; method: Method; objects: number }>`
    select finished_at as at, method, objects from database_check
    where finished_at is not null and cluster = ${thisCluster} order by finished_at desc limit 1`.execute(db)
  const last = rows[0]
  return last ? { ...last, at: last.at.toISOString() } : null
}

async function chooseLesser(db: Database): Promise<Method> {
  const { rows } = await sql<{ checksums: string }>`
    select current_setting('data_checksums') as checksums`.execute(db)
  return rows[0]?.checksums === 'on' ? 'checksums' : 'none'
}

/** A sentence, or undefined when no page has failed its checksum since the server counts. */
async function readChecksumFailures(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ failures: number | null; last: Date | null }>`
    select checksum_failures as failures, checksum_last_failure as last from pg_stat_database
    where datname = current_database()`.execute(db)
  const { failures, last } = rows[0] ?? {}
  return failures
    ? `${failures} pages failed their checksum, the last one on ${last?.toISOString()}`
    : undefined
}
