import pg from 'pg'
import { drainBy, type QueueUnderTest } from './queue-under-test.ts'

/** The bare SQL: one table, a partial index, SKIP LOCKED, a lease id and a fenced completion. Nothing else. */
export async function openRawQueue(url: string, clients: number): Promise<QueueUnderTest> {
  const pool = new pg.Pool({ connectionString: url, max: clients })
  await pool.query(`
    create schema raw;
    create table raw.job (
      id bigint generated always as identity primary key, kind text not null, prio smallint not null,
      state smallint not null default 0, lease uuid, expires timestamptz, attempt integer not null default 0,
      payload jsonb not null default '{}');
    create index on raw.job (kind, prio desc, id) where state = 0`)
  const lease = `update raw.job set state = 1, lease = gen_random_uuid(), expires = now() + interval '60 s',
      attempt = attempt + 1
    where id = any (array(select id from raw.job where state = 0 and kind = 'noop' order by prio desc, id
      limit $1 for update skip locked))
    returning id, lease, payload`
  const complete = `update raw.job set state = 2, expires = null from unnest($1::bigint[], $2::uuid[]) as given (id, lease)
    where job.id = given.id and job.lease = given.lease and job.state = 1`
  return {
    name: 'bare SQL',
    fill: async (count) => {
      await pool.query('truncate raw.job')
      await pool.query("insert into raw.job (kind, prio) select 'noop', 20 from generate_series(1, $1)", [
        count,
      ])
      await pool.query('analyze raw.job')
    },
    drain: (count, batch, limit = Number.POSITIVE_INFINITY) =>
      drainBy(count, limit, async () => {
        const { rows } = await pool.query<{ id: string; lease: string }>(lease, [batch])
        if (rows.length === 0) return 0
        await pool.query(complete, [rows.map((row) => row.id), rows.map((row) => row.lease)])
        return rows.length
      }),
    close: () => pool.end(),
  }
}
