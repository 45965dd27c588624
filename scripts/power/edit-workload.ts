import { sql } from 'kysely'
import { editAssets } from '../../coordinator/curation/edit-assets.ts'
import { undoEdit } from '../../coordinator/curation/undo-edit.ts'
import type { Database } from '../../coordinator/db/database.ts'
import { migrate } from '../../coordinator/db/migrate.ts'
import type { SeededRandom } from './seeded-random.ts'
import { CLIENTS } from './workload.ts'

/** The number under which edits are acknowledged, after those of the clients. */
export const EDITOR = CLIENTS + 1
const PICTURES = 24
/** Each of these takes the one before back. */
const UNDO_EVERY = 5

/** Hearth's own tables, and pictures that may be written about; on a disk that has part of them, the rest. */
export async function prepareEdits(db: Database): Promise<void> {
  await migrate(db)
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`select 1 from account`.execute(tx)
    if (rows.length > 0) return
    for (const statement of setupStatements) await sql.raw(statement).execute(tx)
  })
}

const setupStatements = [
  `insert into account (name, password_hash, role) values ('editor', 'none', 'user')`,
  `insert into agent (name, public_key) values ('vault', 'vault')`,
  `insert into library (name, root, agent_id, write_back) select 'photos', '/photos', id, 'sidecar' from agent`,
  `insert into folder (library_id, path) select id, '' from library`,
  `insert into asset (library_id, folder_id, key, name, kind, state, bucket)
    select library_id, id, convert_to('IMG_' || n, 'UTF8'), 'IMG_' || n || '.jpg', 'image', 'ready', 'undated'
    from folder, generate_series(1, ${PICTURES}) n`,
]

/** Edits as a person makes them, through the code that answers people, each acknowledged once that has returned. */
export class Editor {
  readonly #db: Database
  readonly #random: SeededRandom
  readonly #accountId: number
  readonly #assetIds: readonly number[]
  #made: number

  private constructor(
    db: Database,
    random: SeededRandom,
    known: { accountId: number; assetIds: number[]; made: number },
  ) {
    this.#db = db
    this.#random = random
    this.#accountId = known.accountId
    this.#assetIds = known.assetIds
    this.#made = known.made
  }

  /** @param db prepared by `prepareEdits` */
  static async start(db: Database, random: SeededRandom): Promise<Editor> {
    const { rows } = await sql<{ accountId: number; assetIds: number[]; made: number }>`
      select (select id from account) as "accountId", (select jsonb_agg(id order by id) from asset) as "assetIds",
        (select count(*) from edit) as made`.execute(db)
    return new Editor(db, random, rows[0]!)
  }

  /** One entry of the history. */
  async next(): Promise<void> {
    const n = this.#made + 1
    if (n % UNDO_EVERY === 0) await this.#undoLast()
    else await this.#edit(n)
    this.#made = n
    await sql`select ${`ack:${EDITOR}:${n};`}`.execute(this.#db)
  }

  async #edit(n: number): Promise<void> {
    const from = this.#random.below(this.#assetIds.length)
    const assetIds = this.#assetIds.slice(from, from + 1 + this.#random.below(this.#assetIds.length))
    const edit = { title: `edit ${n}`, rating: n % 6, addKeywords: [[`group ${n % 4}`]] }
    await editAssets(this.#db, { assetIds }, edit, { accountId: this.#accountId })
  }

  async #undoLast(): Promise<void> {
    const last = await this.#db
      .selectFrom('edit')
      .select('id')
      .where('kind', '=', 'edit')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    await undoEdit(this.#db, last.id, this.#accountId)
  }
}
