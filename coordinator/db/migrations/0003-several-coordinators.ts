import { type Kysely, sql } from 'kysely'

/**
 * Words between coordinators that are too long for a notification (8,000 bytes) wait here until they are read,
 * for half a minute. Unlogged: after a crash nobody waits for them any more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create unlogged table socket_attachment (
    id bigint generated always as identity primary key,
    created_at timestamptz not null default now(),
    payload bytea not null
  )`.execute(db)
}
