import { type Kysely, sql } from 'kysely'

/**
 * What is known about damage in this database. `cluster` says in which database that was: rows that came here with
 * a backup of another one tell nothing about this one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table database_check (
    id bigint generated always as identity primary key,
    cluster text not null,
    started_at timestamptz not null default now(),
    touched_at timestamptz not null default now(),
    finished_at timestamptz,
    method text not null check (method in ('amcheck', 'checksums', 'none')),
    objects integer not null default 0
  )`.execute(db)
  await sql`create table database_damage (
    cluster text not null,
    object text not null,
    message text not null,
    seen_at timestamptz not null default now(),
    primary key (cluster, object)
  )`.execute(db)
}
