import { type Kysely, sql } from 'kysely'

/** The key of the house, codes that let agents in, and agents that ask to be let in without one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One row, made by the first coordinator that starts. private_key: Ed25519, PKCS#8. In the database and not in a
  // file, so that a backup that is restored elsewhere is still the house that the agents know.
  `create table house (
    is_only boolean primary key default true check (is_only),
    private_key bytea not null,
    made_at timestamptz not null default now()
  )`,
  // key: what the secret of the code becomes by Argon2id; the secret itself is kept nowhere.
  // agent_id: whose place the code is for, then who joined with it.
  `create table pairing_code (
    id bigint generated always as identity primary key,
    selector text not null unique,
    key bytea not null,
    agent_id bigint references agent,
    created_by bigint references account on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    tries_left smallint not null check (tries_left >= 0),
    used_at timestamptz,
    used_by bytea
  )`,
  `create table join_request (
    id bigint generated always as identity primary key,
    public_key bytea not null unique,
    name text not null,
    facts jsonb not null,
    address text not null,
    asked_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    refused_at timestamptz
  )`,
]
