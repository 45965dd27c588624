import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database, Queryable } from '../db/database.ts'
import { Rounds } from '../rounds.ts'

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
  #rounds: Rounds | undefined
  #peers: string | undefined

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  /** @param url where the other coordinators reach this one */
  async start(url: string): Promise<void> {
    const { db, log, isAlone } = this.#options
    if (isAlone) await db.deleteFrom('coordinator').execute()
    await this.#beat(url)
    this.#rounds ??= new Rounds({
      log,
      intervalMs: BEAT_MS,
      restsFirst: true,
      round: () => this.#beat(url),
      failure: 'could not tell the other coordinators that this one lives',
    })
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds?.stop()
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
