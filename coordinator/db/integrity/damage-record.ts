import { type RawBuilder, sql } from 'kysely'
import type { Logger } from 'pino'
import type { DatabaseDamage } from '../../../protocol/database.ts'
import type { Queryable } from '../database.ts'
import { objectName } from './checked-objects.ts'
import { thisCluster } from './cluster.ts'

type Options = { db: Queryable; log: Logger }

/**
 * What has been found damaged, by looking for it or by stumbling over it. Kept in the database, for all
 * coordinators and the next start, and in memory, should that be what is damaged.
 */
export class DamageRecord {
  readonly #options: Options
  readonly #seen = new Map<string, DatabaseDamage>()

  constructor(options: Options) {
    this.#options = options
  }

  /** What a statement said that met it. Does not wait for the record and never fails. */
  met(error: Error): void {
    if (this.#isKnown(error.message)) return
    void this.note(error.message)
  }

  /** @param where for messages that do not name a file or an index */
  async note(message: string, where = 'the database'): Promise<void> {
    const { db, log } = this.#options
    const object = (await this.#findObject(message)) ?? where
    if (!this.#isKnown(message)) log.error({ object, reason: message }, 'the database is damaged')
    this.#seen.set(object, { object, message, seenAt: new Date().toISOString() })
    try {
      await sql`insert into database_damage (cluster, object, message)
        values (${thisCluster}, ${object}, ${message})
        on conflict (cluster, object) do update set message = excluded.message, seen_at = now()`.execute(db)
    } catch (error) {
      log.error({ err: error }, 'could not write down that the database is damaged')
    }
  }

  /** What stands in the record, and what this process has met. */
  async list(): Promise<DatabaseDamage[]> {
    const { rows } = await sql<{ object: string; message: string; seenAt: Date }>`
      select object, message, seen_at as "seenAt" from database_damage where cluster = ${thisCluster}
      order by object`.execute(this.#options.db)
    const stored = rows.map((row) => ({ ...row, seenAt: row.seenAt.toISOString() }))
    const others = [...this.#seen.values()].filter(
      (seen) => !rows.some(({ object }) => object === seen.object),
    )
    return [...stored, ...others]
  }

  /**
   * Forgets what was found before a check that has read everything: it would have found it again.
   *
   * @param unchecked objects that the check cannot read
   */
  async forgetOlder(than: Date, unchecked: readonly string[]): Promise<void> {
    for (const { object, seenAt } of this.#seen.values())
      if (new Date(seenAt) < than && !unchecked.includes(object)) this.#seen.delete(object)
    await sql`delete from database_damage where cluster = ${thisCluster} and seen_at < ${than}
      and object <> all (${[...unchecked]}::text[])`.execute(this.#options.db)
  }

  #isKnown(message: string): boolean {
    return [...this.#seen.values()].some((seen) => seen.message === message)
  }

  /** Postgres names the file; people know tables. Looking through an index may meet a broken page of its table. */
  async #findObject(message: string): Promise<string | undefined> {
    const file = /\b(?:base\/\d+|global)\/(\d+)/.exec(message)?.[1]
    const index = /\bindex "([^"]+)"/.exec(message)?.[1]
    const which: RawBuilder<unknown> | undefined = file
      ? sql`c.oid = pg_filenode_relation(0, ${file}::oid)`
      : index
        ? sql`c.oid = to_regclass(${index})`
        : undefined
    if (!which) return undefined
    try {
      const { rows } = await sql<{ name: string }>`select ${objectName} as name from pg_class c
        where ${which}`.execute(this.#options.db)
      return rows[0]?.name
    } catch {
      // The catalogue may be what is damaged.
      return undefined
    }
  }
}
