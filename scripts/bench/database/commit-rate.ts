import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { transact } from '../../../coordinator/db/transact.ts'

export async function prepareCommits(db: Database): Promise<void> {
  await sql`create table bench_commit (id bigint generated always as identity primary key, text text)`.execute(
    db,
  )
}

/**
 * Transactions of one small insert, each by itself, as when people rate pictures.
 *
 * @param durable whether each waits for the disk
 * @returns commits per second
 */
export async function commitRate(
  db: Database,
  { connections, durable, seconds }: { connections: number; durable: boolean; seconds: number },
): Promise<number> {
  let commits = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  const loop = async () => {
    while (performance.now() < endsAt) {
      await transact(db, { durable }, (tx) =>
        sql`insert into bench_commit (text) values ('rated')`.execute(tx),
      )
      commits += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, loop))
  return commits / ((performance.now() - startedAt) / 1_000)
}
