import { INITIAL_BALANCE, KEPT_TABLES, NEVER_COMMITTED, PURSES, RECENT_ROWS, SETUP } from './workload.ts'

type Row = Record<string, unknown>
/** Runs a query and gives its rows. */
export type RunQuery = (sql: string) => Promise<Row[]>

/** For each client, the number of its last transaction that it was told is safe. */
export type Acknowledged = ReadonlyMap<number, number>

/** What must not be found: each row is something wrong. */
const neverFound: Record<string, string> = {
  'a transaction that was rolled back': `
    select client, n from entry where n >= ${NEVER_COMMITTED}
    union all select client, n from recent where n >= ${NEVER_COMMITTED}`,
  'a gap in the transactions of a client': `
    select client, last, count(n), max(n) from progress left join entry using (client)
    group by client having count(n) <> last or coalesce(max(n), 0) <> last`,
  'a row of another content': 'select client, n from entry where md5(payload) <> hash',
  'a recent row missing or too many': `
    select client, n from (
      select client, n from progress, generate_series(greatest(1, last - ${RECENT_ROWS} + 1), last) n
    ) expected full join recent using (client, n)
    where recent.filler is null or not exists (
      select from progress where progress.client = recent.client and recent.n > last - ${RECENT_ROWS})`,
  'a wrong balance': `
    select purse.id from purse
    left join (select source as id, sum(amount) as amount from transfer group by 1) as paid using (id)
    left join (select target as id, sum(amount) as amount from transfer group by 1) as received using (id)
    where balance <> ${INITIAL_BALANCE} - coalesce(paid.amount, 0) + coalesce(received.amount, 0)`,
  'money from nowhere': `
    select sum(balance) from purse
    having sum(balance) <> ${PURSES * INITIAL_BALANCE} or count(*) <> ${PURSES}`,
  'a table missing or too many': `
    select relname, at from (
      select format('made_%s_%s', client, at)::name as relname, at
      from progress, generate_series(greatest(1, tables - ${KEPT_TABLES} + 1), tables) at
    ) expected full join (
      select relname, true as found from pg_class where relname ~ '^made_\\d+_\\d+$' and relkind = 'r'
    ) made using (relname)
    where at is null or found is null`,
}

/** Counted through the index and without it. */
const throughIndexes = [
  `select count(*) from entry where path <@ 'client_1'`,
  `select count(*) from entry where words @> '{w3}'`,
  `select count(*) from entry where hash between '4' and '8'`,
  `select count(*) from recent where n > 0 and client = 2`,
]

/** The engine's own checks; the broken ones raise an error or give rows. */
const engineChecks = [
  `select bt_index_check(c.oid, true) from pg_class c join pg_am a on a.oid = c.relam
   where a.amname = 'btree' and c.relkind = 'i'`,
  `select gin_index_check(c.oid) from pg_class c join pg_am a on a.oid = c.relam
   where a.amname = 'gin' and c.relkind = 'i'`,
]
const damagedTables = `
  select c.relname, damage.* from pg_class c, verify_heapam(c.oid) damage
  where c.relkind in ('r', 't', 'm')`

/**
 * Looks for everything that a crash may have broken.
 *
 * @returns what is wrong, in words; nothing when all is well
 */
export async function checkWorkload(query: RunQuery, acknowledged: Acknowledged): Promise<string[]> {
  const wrong: string[] = []
  const find = async (what: string, sql: string) => {
    try {
      const rows = await query(sql)
      if (rows.length > 0) wrong.push(`${what}: ${rows.length} × ${JSON.stringify(rows[0])}`)
    } catch (error) {
      wrong.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  await query('create extension if not exists amcheck')
  for (const sql of engineChecks) await find('a broken index', `${sql} offset 100000`)
  await find('a damaged table', damagedTables)

  const [setup] = await query(`select to_regclass('progress') is not null as made`)
  if (!setup?.made) {
    if (acknowledged.has(SETUP))
      wrong.push('an acknowledged transaction is missing: the tables are not there')
    return wrong
  }
  for (const [what, sql] of Object.entries(neverFound)) await find(what, sql)
  for (const { client, last } of await query('select client, last from progress')) {
    const atLeast = acknowledged.get(Number(client)) ?? 0
    if (Number(last) < atLeast) {
      wrong.push(`acknowledged transactions are missing: client ${client} has ${last} of ${atLeast}`)
    }
  }
  for (const sql of throughIndexes) {
    const [found, expected] = [await count(query, sql, true), await count(query, sql, false)]
    if (found !== expected) wrong.push(`an index finds ${found} of ${expected} rows: ${sql}`)
  }
  await query(`select n from entry order by near <-> '[1,2,3]' limit 10`)
  return wrong
}

async function count(query: RunQuery, sql: string, throughIndex: boolean): Promise<unknown> {
  await query(`set enable_seqscan = ${throughIndex ? 'off' : 'on'}`)
  await query(`set enable_indexscan = ${throughIndex ? 'on' : 'off'}`)
  await query(`set enable_indexonlyscan = ${throughIndex ? 'on' : 'off'}`)
  await query(`set enable_bitmapscan = ${throughIndex ? 'on' : 'off'}`)
  const [row] = await query(sql)
  return row?.count
}
