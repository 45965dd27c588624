import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database, Queryable } from '../db/database.ts'
import { DatabaseAwayError } from '../db/database-error.ts'

const BEAT_MS = 5_000
/** A coordinator that has not been heard of for this long is taken for gone, with the agents it had. */
const GONE_AFTER_S = 15

/** True of a row of `agent` that is connected to a coordinator which lives. */
export const isConnected = sql<boolean>`exists (select 1 from coordinator
  where coordinator.id = agent.coordinator_id and coordinator.seen_at > now() - make_interval(secs => ${sql.lit(GONE_AFTER_S)}))`

export type PresenceOptions = {
  db: Database
  log: Logger
  version: string
  /** No other coordinator can use this database: rows of earlier lives are removed at once. */
  isAlone: boolean
  /** A coordinator has come or gone, and with it perhaps the agents that it had. */
  onPeers?: () => void
}

/**
 * Tells the other coordinators on the same database that this one lives, and which agents it has.
 *
 * idle → present: `start()`; the row is renewed every five seconds. A failed beat waits for the next.
 * present → gone: `stop()` removes the row; one that was killed is taken for gone after fifteen seconds.
 */
export class Presence {
  readonly id = randomUUID()
  readonly #options: PresenceOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined
  #peers: string | undefined

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  /** @param url where the other coordinators reach this one */
  async start(url: string): Promise<void> {
    const { db, isAlone } = this.#options
    if (isAlone) await db.deleteFrom('coordinator').execute()
    await this.#beat(url)
    this.#loop ??= this.#run(url, this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await this.#options.db.deleteFrom('coordinator').where('id', '=', this.id).execute()
  }

  /**
   * An agent's connection here has ended. It may already have come back, here or elsewhere: what is noted of that
   * connection stands.
   *
   * @param sessionHash of the connection that has ended
   */
  async left(agentId: number, sessionHash: Buffer): Promise<void> {
    await this.#options.db
      .updateTable('agent')
      .set({ coordinator_id: null, last_seen_at: new Date() })
      .where('id', '=', agentId)
      .where('session_hash', '=', sessionHash)
      .execute()
  }

  async #run(url: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(BEAT_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      await this.#beat(url).catch((error) => {
        if (error instanceof DatabaseAwayError) return
        this.#options.log.warn({ err: error }, 'could not tell the other coordinators that this one lives')
      })
    }
  }

  async #beat(url: string): Promise<void> {
    const { db, version, onPeers } = this.#options
    await sql`insert into coordinator (id, url, host, version)
      values (${this.id}, ${url}, ${hostname()}, ${version})
      on conflict (id) do update set seen_at = now()`.execute(db)
    const { rows } = await sql<{ id: string }>`select id from coordinator
      where id <> ${this.id} and seen_at > now() - make_interval(secs => ${sql.lit(GONE_AFTER_S)})
      order by id`.execute(db)
    const peers = rows.map(({ id }) => id).join()
    const isChanged = this.#peers !== undefined && this.#peers !== peers
    this.#peers = peers
    if (isChanged) onPeers?.()
  }
}

/** Forgets coordinators that are long gone. */
export async function forgetGoneCoordinators(db: Queryable): Promise<void> {
  await sql`delete from coordinator where seen_at < now() - interval '1 hour'`.execute(db)
}
