import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { encodeCursor } from '../../../coordinator/search/cursor.ts'
import { listAssets } from '../../../coordinator/search/list-assets.ts'
import { readTimeline } from '../../../coordinator/search/timeline.ts'
import { seededRandom } from '../../fixtures/seeded-random.ts'

const PAGE = 200

/** @returns milliseconds of each read */
export async function timePages(db: Database, reads: number): Promise<number[]> {
  const random = seededRandom(7)
  const { rows } = await sql<{ first: string; hours: number }>`
    select min(sort_at) as first, count(*) as hours from asset`.execute(db)
  const { first, hours } = rows[0]!
  return await timeEach(reads, () => {
    // The pictures of `fillWithAssets` are an hour apart, so this is a page at any depth.
    const at = new Date(Date.parse(`${first}Z`) + Math.floor(random() * hours) * 3_600_000)
    const cursor = encodeCursor({ sort: 'newest', at: at.toISOString().slice(0, 19), id: 1 })
    return listAssets(db, { sort: 'newest', limit: PAGE, cursor })
  })
}

/** @returns milliseconds of each read */
export function timeMonths(db: Database, reads: number): Promise<number[]> {
  return timeEach(reads, () => readTimeline(db, {}))
}

async function timeEach(reads: number, read: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = []
  for (let at = 0; at < reads; at += 1) {
    const startedAt = performance.now()
    await read()
    taken.push(performance.now() - startedAt)
  }
  return taken
}
