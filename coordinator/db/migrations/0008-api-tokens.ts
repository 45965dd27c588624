import { type Kysely, sql } from 'kysely'

/** Tokens with which programs act for a person. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // scope: what the token may do at most; an administrator who becomes a user takes theirs along.
  await sql`create table api_token (
    id bigint generated always as identity primary key,
    account_id bigint not null references account on delete cascade,
    name text not null,
    scope text not null check (scope in ('admin', 'user')),
    token_hash bytea not null unique,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    unique (account_id, name)
  )`.execute(db)
}
