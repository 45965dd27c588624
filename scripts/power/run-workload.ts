import pg from 'pg'
import { openDatabase } from '../../coordinator/db/database.ts'
import { Editor, prepareEdits } from './edit-workload.ts'
import { SeededRandom } from './seeded-random.ts'
import { CLIENTS, runTransaction, setupStatements, upkeep } from './workload.ts'

type Options = {
  socketFolder: string
  seed: number
  /** Of all clients together. */
  transactions: number
}

/** One piece of upkeep for about so many transactions. */
const TRANSACTIONS_PER_UPKEEP = 12

/**
 * Runs the workload, and edits of pictures beside it, against a database that may be empty or have part of it, from
 * several connections.
 */
export async function runWorkload({ socketFolder, seed, transactions }: Options): Promise<void> {
  const open = async () => {
    const client = new pg.Client({ host: socketFolder, user: 'postgres', database: 'postgres' })
    await client.connect()
    return client
  }
  const keeper = await open()
  const { rows } = await keeper.query(`select to_regclass('progress') is not null as made`)
  if (!rows[0].made) for (const statement of setupStatements) await keeper.query(statement)

  const db = openDatabase({ socketFolder })
  await prepareEdits(db)

  let left = transactions
  const work = async (number: number) => {
    const random = new SeededRandom(seed * 31 + number)
    const client = await open()
    const found = await client.query('select last from progress where client = $1', [number])
    for (let n = found.rows[0].last + 1; left > 0; n += 1) {
      left -= 1
      await runTransaction(client, number, n, random)
    }
    await client.end()
  }
  const keep = async () => {
    const random = new SeededRandom(seed * 31)
    for (let next = left; left > 0; ) {
      if (left > next) {
        await keeper.query('select 1')
        continue
      }
      await keeper.query(random.pick(upkeep))
      next = left - random.below(2 * TRANSACTIONS_PER_UPKEEP)
    }
    await keeper.end()
  }
  const edit = async () => {
    const editor = await Editor.start(db, new SeededRandom(seed * 31 - 1))
    while (left > 0) {
      left -= 1
      await editor.next()
    }
    await db.destroy()
  }
  await Promise.all([keep(), edit(), ...Array.from({ length: CLIENTS }, (_, at) => work(at + 1))])
}
