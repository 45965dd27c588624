import { type Kysely, sql } from 'kysely'

/** Lanes, pauses, limits, history and logs of jobs; which coordinator an agent is connected to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table job_kind (
    kind text primary key,
    paused boolean not null default false,
    max_running integer check (max_running > 0)
  )`,
  'alter table library add column paused boolean not null default false',
  `create table coordinator (
    id uuid primary key,
    url text not null,
    host text not null,
    version text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
  )`,
  // settings: what people ask of an agent. instance: of its process. coordinator_id: where it is connected.
  `alter table agent
    add column settings jsonb not null default '{"concurrency": {}}',
    add column models jsonb not null default '[]',
    add column instance text,
    add column coordinator_id uuid references coordinator on delete set null`,
  'create index agent_coordinator on agent (coordinator_id) where coordinator_id is not null',

  // A lane is what is served in turn: the jobs of one kind, for one library, that need one model.
  `create table lane (
    id bigint generated always as identity primary key,
    library_id bigint references library on delete cascade,
    kind text not null,
    capability text not null,
    model text,
    unique nulls not distinct (kind, library_id, model)
  )`,
  `insert into lane (library_id, kind, capability) select distinct library_id, kind, capability from job`,

  // The counters' triggers would count the changes of this migration.
  'alter table job disable trigger user',
  // waiting: not to be leased before run_after, or before the job that it comes after is done.
  `alter table job
    add column lane_id bigint references lane on delete cascade,
    add column waiting boolean not null default false,
    add column after_job_id bigint references job on delete set null,
    add column followed boolean not null default false,
    add column failures integer not null default 0,
    add column deaths integer not null default 0,
    add column instance text`,
  `update job set failures = attempt, waiting = state = 'queued' and run_after > now(), lane_id = lane.id
    from lane where lane.kind = job.kind and lane.library_id is not distinct from job.library_id`,
  'alter table job alter column lane_id set not null',
  'drop index job_next, job_leased, job_dead',
  // Agents are revoked and never deleted; looking each one up again would be a third of the cost of a lease.
  'alter table job drop column capability, drop column lost_leases, drop constraint job_agent_id_fkey',
  `create index job_next on job (lane_id, priority desc, order_key desc, id) where state = 'queued' and not waiting`,
  `create index job_waiting on job (run_after) where state = 'queued' and waiting`,
  'create index job_after on job (after_job_id) where after_job_id is not null',
  `create index job_oldest on job (lane_id, created_at) where state = 'queued'`,
  `create index job_leased on job (agent_id, lane_id) where state = 'leased'`,
  // Lost by their leases' end: whether their agent had died shows when it comes back.
  `create index job_lost on job (agent_id) where state = 'queued' and instance is not null`,
  `create index job_suspect on job (id) where deaths > 0 and state in ('queued', 'leased')`,
  `create index job_dead on job (kind, subject_id, id) where state = 'dead'`,

  `create table job_event (
    id bigint generated always as identity primary key,
    job_id bigint not null references job on delete cascade,
    at timestamptz not null default now(),
    event text not null check (event in
      ('failed', 'lost', 'died', 'released', 'quarantined', 'cancelled', 'replayed', 'superseded')),
    fencing_token bigint,
    agent_id bigint references agent on delete set null,
    account_id bigint references account on delete set null,
    leased_at timestamptz,
    error_code text,
    message text
  )`,
  'create index job_event_job on job_event (job_id, id)',
  'create index job_event_at on job_event (at)',
  "create index scan_running on scan (job_id) where state = 'running'",
  `create table job_log (
    job_id bigint not null references job on delete cascade,
    fencing_token bigint not null,
    seq integer not null,
    at timestamptz not null,
    level text not null,
    message text not null,
    primary key (job_id, fencing_token, seq)
  )`,

  // Counted by lane. Finished jobs are pruned after a while and stay counted.
  'alter table job_tally rename to job_tally_by_kind',
  `create table job_tally (
    lane_id bigint not null,
    state text not null,
    amount bigint not null
  )`,
  `insert into job_tally select lane_id, state, count(*) from job group by lane_id, state`,
  'drop table job_tally_by_kind',
  `create or replace function count_jobs() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        insert into job_tally (lane_id, state, amount)
          select lane_id, state, count(*) from new_rows group by lane_id, state;
      elsif tg_op = 'DELETE' then
        insert into job_tally (lane_id, state, amount)
          select lane_id, state, -count(*) from old_rows
          where state not in ('done', 'cancelled') group by lane_id, state;
      else
        insert into job_tally (lane_id, state, amount)
          select lane_id, state, sum(amount) from (
            select lane_id, state, 1 as amount from new_rows
            union all select lane_id, state, -1 from old_rows) change
          group by lane_id, state having sum(amount) <> 0;
      end if;
      return null;
    end $$`,
  'alter table job enable trigger user',
]
