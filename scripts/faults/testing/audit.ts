import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'

/** Tables that a result fills, and the column that names the file or asset a row is about. */
const contentTables = {
  asset_file: 'id',
  file_tags: 'file_id',
  derived_file: 'file_id',
  asset: 'id',
} as const

/** One change of a job's state or token, as the database saw it. */
export type JobStep = {
  /** The transaction that made it; content written by the same one has the same. */
  xid: string
  jobId: number
  kind: string
  subjectId: number
  from: string | null
  to: string
  /** After the change. */
  token: number
  agentId: number | null
  /** Agents that died in a row while running it. */
  deaths: number
  /** What was left of the lease before the change; negative when it had run out. */
  leftMs: number | null
}

/** One row of content that was written. */
export type ContentStep = { xid: string; table: keyof typeof contentTables; subjectId: number }

/**
 * Lets the database itself keep a record of what happens to jobs and to what they write, in tables that
 * Hearth knows nothing of. What is asserted afterwards does not rest on the code that it is about.
 */
export async function installAudit(db: Database): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

export async function readJobSteps(db: Database): Promise<JobStep[]> {
  const { rows } = await sql<JobStep>`
    select xid, job_id as "jobId", kind, subject_id as "subjectId", old_state as "from", new_state as "to", token,
      agent_id as "agentId", deaths, left_ms as "leftMs"
    from fault_job_step order by seq`.execute(db)
  return rows
}

export async function readContentSteps(db: Database): Promise<ContentStep[]> {
  const { rows } = await sql<ContentStep>`
    select xid, table_name as "table", subject_id as "subjectId" from fault_content_step order by seq`.execute(
    db,
  )
  return rows
}

const statements = [
  `create table fault_job_step (
    seq bigint generated always as identity primary key,
    xid text not null,
    job_id bigint not null,
    kind text not null,
    subject_id bigint,
    old_state text,
    new_state text not null,
    token bigint not null,
    agent_id bigint,
    deaths integer not null,
    left_ms double precision
  )`,
  `create function fault_record_job() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and new.state = old.state and new.fencing_token = old.fencing_token then
      return null;
    end if;
    insert into fault_job_step
      (xid, job_id, kind, subject_id, old_state, new_state, token, agent_id, deaths, left_ms)
    values (pg_current_xact_id()::text, new.id, new.kind, new.subject_id,
      case when tg_op = 'UPDATE' then old.state end, new.state, new.fencing_token, new.agent_id, new.deaths,
      case when tg_op = 'UPDATE' then extract(epoch from old.lease_expires_at - clock_timestamp()) * 1000 end);
    return null;
  end $$`,
  `create trigger fault_record_job after insert or update on job
    for each row execute function fault_record_job()`,
  // Filled by the probe coordinator, with each result that it takes.
  `create table fault_result (
    xid text not null,
    job_id bigint not null,
    accepted_token bigint not null,
    result_token bigint not null,
    derived_hash text not null,
    run_by text not null
  )`,
  `create table fault_content_step (
    seq bigint generated always as identity primary key,
    xid text not null,
    table_name text not null,
    subject_id bigint not null
  )`,
  `create function fault_record_content() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and new is not distinct from old then
      return null;
    end if;
    insert into fault_content_step (xid, table_name, subject_id)
    values (pg_current_xact_id()::text, tg_table_name, (to_jsonb(new)->>tg_argv[0])::bigint);
    return null;
  end $$`,
  ...Object.entries(contentTables).map(
    ([table, column]) =>
      `create trigger fault_record_content after insert or update on ${table}
        for each row execute function fault_record_content('${column}')`,
  ),
]
