import { type Kysely, sql } from 'kysely'

/** How machines are woken and what came of it, and what their agents say about their own power. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One row for each agent that has said something or was told something; the rest is as by default.
  `create table agent_power (
    agent_id bigint primary key references agent on delete cascade,
    policy jsonb not null default '{}',
    report jsonb,
    asleep_since timestamptz,
    not_before timestamptz,
    failed_wakes integer not null default 0,
    problem text
  )`,
  // account_id: who asked for it; null with a cause other than 'work': somebody who has been removed since.
  `create table wake_event (
    id bigint generated always as identity primary key,
    agent_id bigint not null references agent on delete cascade,
    cause text not null check (cause in ('work', 'person', 'test')),
    account_id bigint references account on delete set null,
    waiting integer not null default 0,
    asleep_since timestamptz,
    started_at timestamptz not null default now(),
    packets integer not null default 0,
    last_packet_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    outcome text check (outcome in ('online', 'gave_up', 'cancelled')),
    route text,
    message text
  )`,
  'create unique index wake_event_open on wake_event (agent_id) where ended_at is null',
  'create index wake_event_agent on wake_event (agent_id, id desc)',
]
