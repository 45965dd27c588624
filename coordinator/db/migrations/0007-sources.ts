import { type Kysely, sql } from 'kysely'

/**
 * How agents read the originals of libraries that are not their own. `instance` is of the process that found it out:
 * what an earlier one has proved may no longer be in its configuration.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table agent_source (
    agent_id bigint not null references agent on delete cascade,
    library_id bigint not null references library on delete cascade,
    place smallint not null,
    instance text not null,
    kind text not null,
    label text not null,
    state text not null check (state in ('untried', 'proved', 'failed')),
    reason text,
    megabytes_per_second double precision,
    first_byte_ms double precision,
    checked_at timestamptz not null default now(),
    primary key (agent_id, library_id, place)
  )`.execute(db)
  await sql`create index agent_source_library on agent_source (library_id)`.execute(db)
  // The file on which agents prove that they read the library.
  await sql`create table source_sample (
    library_id bigint primary key references library on delete cascade,
    file_id bigint not null references asset_file on delete cascade
  )`.execute(db)
  await sql`create index source_sample_file on source_sample (file_id)`.execute(db)
}
