import { sql } from 'kysely'
import { storableText } from '../../protocol/media.ts'
import type { SourceReport } from '../../protocol/sources.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'

/**
 * Stores how the sources of an agent stand, in place of what it said before.
 *
 * @returns whether a library is proved that was not before
 */
export async function storeSources(
  db: Database,
  { agentId, instance }: { agentId: number; instance: string },
  sources: readonly SourceReport[],
): Promise<{ isNewlyProved: boolean }> {
  const column = <T>(of: (source: SourceReport) => T): T[] => sources.map(of)
  return await transact(db, { durable: false }, async (tx) => {
    const { rows: before } = await sql<{ libraryId: number; place: number }>`
      delete from agent_source where agent_id = ${agentId}
      returning case when state = 'proved' and instance = ${instance} then library_id end as "libraryId", place`.execute(
      tx,
    )
    await sql`insert into agent_source
        (agent_id, instance, library_id, place, kind, label, state, reason, megabytes_per_second, first_byte_ms)
      select ${agentId}::bigint, ${instance}::text, given.* from unnest(
        ${column(({ libraryId }) => libraryId)}::bigint[],
        ${column(({ place }) => place)}::smallint[],
        ${column(({ kind }) => kind)}::text[],
        ${column(({ label }) => storableText(label))}::text[],
        ${column(({ state }) => state)}::text[],
        ${column(({ reason }) => reason && storableText(reason))}::text[],
        ${column(({ megabytesPerSecond }) => megabytesPerSecond)}::double precision[],
        ${column(({ firstByteMs }) => firstByteMs)}::double precision[]) as given
        (library_id, place, kind, label, state, reason, megabytes_per_second, first_byte_ms)
      join library on library.id = given.library_id
      on conflict do nothing`.execute(tx)
    const known = new Set(before.map(({ libraryId }) => libraryId))
    const isNewlyProved = sources.some(({ state, libraryId }) => state === 'proved' && !known.has(libraryId))
    return { isNewlyProved }
  })
}
