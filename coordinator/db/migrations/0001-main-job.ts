import { type Kysely, sql } from 'kysely'

/** Libraries, files, assets, timeline counters, jobs, agents and accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'create extension if not exists vector',
  'create extension if not exists ltree',

  `create table account (
    id bigint generated always as identity primary key,
    name text not null,
    password_hash text not null,
    role text not null check (role in ('admin', 'user')),
    created_at timestamptz not null default now()
  )`,
  'create unique index account_name on account (lower(name))',
  `create table session (
    token_hash bytea primary key,
    account_id bigint not null references account on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  'create index session_account on session (account_id)',

  `create table agent (
    id bigint generated always as identity primary key,
    name text not null,
    public_key bytea not null unique,
    session_hash bytea unique,
    draining boolean not null default false,
    revoked_at timestamptz,
    enrolled_at timestamptz not null default now(),
    last_seen_at timestamptz,
    version text,
    facts jsonb,
    capabilities jsonb not null default '[]',
    roots jsonb not null default '[]'
  )`,

  `create table library (
    id bigint generated always as identity primary key,
    name text not null,
    root bytea not null,
    agent_id bigint not null references agent,
    state text not null default 'new' check (state in ('new', 'online', 'offline', 'held')),
    state_reason text,
    ignore_globs text[] not null default '{}',
    created_at timestamptz not null default now(),
    last_scan_at timestamptz,
    unique (agent_id, root)
  )`,

  // digest: of the listing that was applied whole; null until then, so that the next scan sends it again.
  `create table folder (
    id bigint generated always as identity primary key,
    library_id bigint not null references library on delete cascade,
    path bytea not null,
    digest bytea,
    unique (library_id, path)
  )`,

  // sort_at: local wall time, because a timeline follows the camera's days; unknown dates sort last.
  `create table asset (
    id bigint generated always as identity primary key,
    library_id bigint not null references library on delete cascade,
    folder_id bigint not null references folder,
    key bytea not null,
    name text not null,
    kind text not null check (kind in ('image', 'video')),
    state text not null default 'waiting' check (state in ('waiting', 'ready', 'damaged', 'missing')),
    listed boolean not null generated always as (state in ('ready', 'damaged')) stored,
    captured_at timestamptz,
    captured_local timestamp,
    captured_offset_minutes integer,
    captured_source text,
    sort_at timestamp not null generated always as (coalesce(captured_local, '-infinity'::timestamp)) stored,
    bucket text not null default 'undated',
    width_px integer not null default 1,
    height_px integer not null default 1,
    duration_ms bigint,
    thumbhash text,
    version text not null default 'none',
    has_raw boolean not null default false,
    camera text,
    lens text,
    rating smallint,
    latitude double precision,
    longitude double precision,
    altitude_m double precision,
    problem jsonb,
    cover_file_id bigint,
    created_at timestamptz not null default now(),
    unique (folder_id, key)
  )`,
  'create index asset_timeline on asset (sort_at desc, id desc) where listed',
  'create index asset_timeline_kind on asset (kind, sort_at desc, id desc) where listed',
  'create index asset_timeline_library on asset (library_id, sort_at desc, id desc) where listed',
  'create index asset_bucket on asset (bucket, sort_at desc, id desc) where listed',
  'create index asset_camera on asset (camera, sort_at desc, id desc) where listed and camera is not null',
  'create index asset_damaged on asset (id) where problem is not null',

  `create table asset_file (
    id bigint generated always as identity primary key,
    library_id bigint not null references library on delete cascade,
    folder_id bigint not null references folder,
    asset_id bigint references asset on delete set null,
    name bytea not null,
    role text check (role in ('original', 'cover', 'sidecar', 'export', 'derivative')),
    state text not null default 'found' check (state in ('found', 'ingested', 'missing')),
    size_bytes bigint not null,
    mtime_us bigint not null,
    content_hash bytea,
    kind text check (kind in ('image', 'video')),
    width_px integer,
    height_px integer,
    duration_ms bigint,
    codec text,
    thumbhash text,
    problem jsonb,
    created_at timestamptz not null default now(),
    unique (folder_id, name)
  )`,
  'create index asset_file_problem on asset_file (id) where problem is not null',
  'create index asset_file_asset on asset_file (asset_id)',
  'create index asset_file_content on asset_file (content_hash) where content_hash is not null',
  "create index asset_file_found on asset_file (library_id, id) where state = 'found'",
  'alter table asset add foreign key (cover_file_id) references asset_file on delete set null',

  `create table file_tags (
    file_id bigint primary key references asset_file on delete cascade,
    pass text not null check (pass in ('fast', 'full')),
    tags jsonb not null
  )`,
  `create table derived_file (
    file_id bigint not null references asset_file on delete cascade,
    kind text not null check (kind in ('preview', 'grid', 'tiny')),
    hash bytea not null,
    size_bytes integer not null,
    width_px integer not null,
    height_px integer not null,
    mime_type text not null,
    primary key (file_id, kind)
  )`,

  `create table scan (
    id bigint generated always as identity primary key,
    library_id bigint not null references library on delete cascade,
    job_id bigint not null,
    fencing_token bigint not null,
    state text not null default 'running' check (state in ('running', 'complete', 'offline', 'held', 'failed')),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    folders integer not null default 0,
    files integer not null default 0,
    added integer not null default 0,
    changed integer not null default 0,
    moved integer not null default 0,
    missing integer not null default 0,
    skipped jsonb not null default '{}',
    reason text,
    unique (job_id, fencing_token)
  )`,
  'create index scan_library on scan (library_id, id desc)',
  `create table scan_skipped (
    id bigint generated always as identity primary key,
    scan_id bigint not null references scan on delete cascade,
    path bytea not null,
    reason text not null,
    unique (scan_id, path)
  )`,

  `create table job (
    id bigint generated always as identity primary key,
    kind text not null,
    capability text not null,
    state text not null default 'queued' check (state in ('queued', 'leased', 'done', 'dead', 'cancelled')),
    priority smallint not null,
    order_key bigint not null default 0,
    library_id bigint references library on delete cascade,
    subject_id bigint not null,
    payload jsonb not null default '{}',
    run_after timestamptz not null default now(),
    fencing_token bigint not null default 0,
    agent_id bigint references agent,
    leased_at timestamptz,
    lease_expires_at timestamptz,
    attempt integer not null default 0,
    lost_leases integer not null default 0,
    progress jsonb,
    error_code text,
    error_message text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  // One open job for each kind and subject: enqueueing twice is harmless.
  `create unique index job_open on job (kind, subject_id) where state in ('queued', 'leased')`,
  `create index job_next on job (library_id, capability, priority desc, order_key desc, id) where state = 'queued'`,
  `create index job_leased on job (agent_id) where state = 'leased'`,
  'create index job_finished on job (finished_at) where finished_at is not null',
  `create index job_dead on job (id desc) where state = 'dead'`,

  // Counters. Those of jobs are appended and folded now and then, because many transactions end at once
  // and must not wait for one another's row; those of the timeline are few and kept in place.
  `create table job_tally (
    kind text not null,
    state text not null,
    amount bigint not null
  )`,
  `create table timeline_bucket (
    library_id bigint not null,
    kind text not null,
    bucket text not null,
    count bigint not null,
    aspect_milli bigint not null,
    primary key (library_id, kind, bucket)
  )`,
  `create table file_tally (
    library_id bigint not null,
    state text not null,
    count bigint not null,
    primary key (library_id, state)
  )`,
  'create sequence timeline_revision',

  ...counter({
    table: 'job',
    procedure: 'count_jobs',
    apply: (changes) => `
      insert into job_tally (kind, state, amount)
        select kind, state, sum(amount) from (${changes}) change
        group by kind, state having sum(amount) <> 0;`,
  }),
  ...counter({
    table: 'asset',
    procedure: 'count_timeline',
    apply: (changes) => `
      insert into timeline_bucket (library_id, kind, bucket, count, aspect_milli)
        select library_id, kind, bucket, sum(amount), sum(amount * round(1000.0 * width_px / height_px))
        from (${changes}) change where listed
        group by library_id, kind, bucket
        having sum(amount) <> 0 or sum(amount * round(1000.0 * width_px / height_px)) <> 0
        order by library_id, kind, bucket
      on conflict (library_id, kind, bucket) do update
        set count = timeline_bucket.count + excluded.count,
            aspect_milli = timeline_bucket.aspect_milli + excluded.aspect_milli;
      perform nextval('timeline_revision');`,
  }),
  ...counter({
    table: 'asset_file',
    procedure: 'count_files',
    apply: (changes) => `
      insert into file_tally (library_id, state, count)
        select library_id, state, sum(amount) from (${changes}) change
        group by library_id, state having sum(amount) <> 0
        order by library_id, state
      on conflict (library_id, state) do update set count = file_tally.count + excluded.count;`,
  }),
]

/**
 * A function and triggers that keep counters true whichever statement changes the table.
 *
 * `apply` gets a query of the changed rows with an `amount` of 1 (appeared) or -1 (went).
 * Transition tables belong to one event each, so there are three triggers.
 */
function counter(options: {
  table: string
  procedure: string
  apply: (changes: string) => string
}): string[] {
  const { table, procedure, apply } = options
  const appeared = 'select 1 as amount, new_rows.* from new_rows'
  const went = 'select -1 as amount, old_rows.* from old_rows'
  const on = (event: string, referencing: string) =>
    `create trigger ${procedure}_${event} after ${event} on ${table} referencing ${referencing}
     for each statement execute function ${procedure}()`
  return [
    `create function ${procedure}() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then ${apply(appeared)}
      elsif tg_op = 'DELETE' then ${apply(went)}
      else ${apply(`${appeared} union all ${went}`)}
      end if;
      return null;
    end $$`,
    on('insert', 'new table as new_rows'),
    on('update', 'old table as old_rows new table as new_rows'),
    on('delete', 'old table as old_rows'),
  ]
}
