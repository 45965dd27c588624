import { type Kysely, sql } from 'kysely'

/** What people say about assets, its history, and its way to the sidecars. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The counters' triggers would look at rows that do not change for them.
  'alter table asset disable trigger user',
  // What is true now. revision: of the last edit, which is its id. said: what the files say, kept beside what is
  // true as soon as a person has said something else; null before. The rest of the columns are as in protocol/curation.ts.
  `alter table asset
    add column revision bigint not null default 0,
    add column said jsonb,
    add column label text,
    add column title text,
    add column description text,
    add column creator jsonb,
    add column copyright text,
    add column keywords jsonb,
    add column place jsonb,
    add column regions jsonb,
    add column favourite boolean not null default false,
    add column chosen_cover_file_id bigint references asset_file on delete set null`,
  'alter table asset enable trigger user',
  'create index asset_label on asset (label, sort_at desc, id desc) where listed and label is not null',
  'create index asset_favourite on asset (sort_at desc, id desc) where listed and favourite',
  'create index asset_keywords on asset using gin (keywords jsonb_path_ops) where keywords is not null',
  'create index asset_regions on asset using gin (regions jsonb_path_ops) where regions is not null',
  'create index asset_chosen_cover on asset (chosen_cover_file_id) where chosen_cover_file_id is not null',

  `create table edit (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('edit', 'undo', 'resolve', 'merge', 'read')),
    account_id bigint references account on delete set null,
    made_at timestamptz not null default now(),
    undoes bigint references edit on delete set null,
    assets integer not null default 0,
    fields text[] not null default '{}'
  )`,
  'create index edit_account on edit (account_id, id desc)',
  'create index edit_undoes on edit (undoes) where undoes is not null',

  // Entries of the history are never deleted, so that no row of an edit of thousands looks its own up as a foreign key.
  // word_*: the person's word; null: nobody has one, jsonb null: empty on purpose. shown_before: what was true.
  `create table edit_change (
    id bigint generated always as identity primary key,
    edit_id bigint not null,
    asset_id bigint not null references asset on delete cascade,
    field text not null,
    word_before jsonb,
    word_after jsonb,
    shown_before jsonb
  )`,
  'create index edit_change_edit on edit_change (edit_id)',
  'create index edit_change_asset on edit_change (asset_id, id desc)',

  `create table asset_edit (
    asset_id bigint not null references asset on delete cascade,
    field text not null,
    value jsonb not null,
    edit_id bigint not null,
    primary key (asset_id, field)
  )`,

  `alter table library
    add column write_back text not null default 'off' check (write_back in ('off', 'sidecar')),
    add column write_back_approval boolean not null default false,
    add column write_back_quiet_ms integer not null default 10000,
    add column sidecar_naming text not null default 'existing' check (sidecar_naming in ('base', 'full', 'existing')),
    add column mirror_root bytea`,

  // path: of the sidecar, from its root. sidecar_hash: of the version there that was read or written last, where no
  // asset_file tells (a mirror). written_fields: what our sidecar says for people.
  `create table write_back (
    asset_id bigint primary key references asset on delete cascade,
    library_id bigint not null references library on delete cascade,
    state text not null check (state in ('pending', 'waiting_approval', 'written', 'failed', 'conflict', 'kept_here')),
    reason text,
    message text,
    wanted_revision bigint not null,
    written_revision bigint not null default 0,
    written_fields text[] not null default '{}',
    path bytea,
    sidecar_hash bytea,
    resolved_hash bytea,
    theirs jsonb,
    kept_before text,
    changed_at timestamptz not null default now()
  )`,
  'create index write_back_state on write_back (state, asset_id desc)',
  'create index write_back_library on write_back (library_id, state)',
  `create table write_back_event (
    id bigint generated always as identity primary key,
    asset_id bigint not null references asset on delete cascade,
    at timestamptz not null default now(),
    event text not null,
    revision bigint,
    account_id bigint references account on delete set null,
    message text
  )`,
  'create index write_back_event_asset on write_back_event (asset_id, id desc)',
]
