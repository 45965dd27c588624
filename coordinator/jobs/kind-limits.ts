import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** How long a limit that another coordinator has set may go unnoticed, in ms. */
const FRESH_MS = 1_000

/**
 * Which kinds have a limit of how many run at once. Leasing asks at every request, so the answer is kept for
 * a moment; the limit itself is read and held by the statement that leases.
 */
export class KindLimits {
  readonly #db: Database
  #limited: Promise<ReadonlySet<string>> | undefined
  #readAt = Number.NEGATIVE_INFINITY

  constructor(db: Database) {
    this.#db = db
  }

  async among(kinds: readonly string[]): Promise<string[]> {
    const now = performance.now()
    if (!this.#limited || now - this.#readAt > FRESH_MS) {
      this.#readAt = now
      this.#limited = this.#read()
      this.#limited.catch(() => this.forget())
    }
    const limited = await this.#limited
    return kinds.filter((kind) => limited.has(kind))
  }

  /** A limit has just been changed here. */
  forget(): void {
    this.#limited = undefined
  }

  async #read(): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ kind: string }>`
      select kind from job_kind where max_running is not null`.execute(this.#db)
    return new Set(rows.map((row) => row.kind))
  }
}
