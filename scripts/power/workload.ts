import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { SeededRandom } from './seeded-random.ts'

export const CLIENTS = 4
export const PURSES = 100
export const INITIAL_BALANCE = 1_000
/** The number of the client that made the tables, with its one transaction. */
export const SETUP = 0
/** How many of a client's last transactions have a row in `recent`. */
export const RECENT_ROWS = 10
/** Tables that come and go; of each client the last few stay. */
export const KEPT_TABLES = 2
/** No committed row has a larger number. */
export const NEVER_COMMITTED = 1_000_000_000

/** Makes the tables, and fills them with what the invariants start from, in one transaction. */
export const setupStatements = [
  `begin`,
  `create extension if not exists vector`,
  `create extension if not exists ltree`,
  `create table progress (client int primary key, last int not null, tables int not null)`,
  `create table entry (client int, n int, payload text not null, hash text not null, path ltree not null,
    words text[] not null, near vector(3) not null, primary key (client, n))`,
  `create index on entry (hash)`,
  `create index on entry using gist (path)`,
  `create index on entry using gin (words)`,
  `create index on entry using hnsw (near vector_l2_ops)`,
  `create table recent (client int, n int, filler text not null)`,
  `create index on recent (n, client)`,
  `create table purse (id int primary key, balance bigint not null, filler text not null)`,
  `create table transfer (client int, n int, source int not null, target int not null, amount int not null)`,
  `create index on transfer (source)`,
  `insert into progress select client, 0, 0 from generate_series(1, ${CLIENTS}) client`,
  `insert into purse select id, ${INITIAL_BALANCE}, repeat('-', 200) from generate_series(1, ${PURSES}) id`,
  `commit; select 'ack:${SETUP}:1;' as acknowledged`,
]

/**
 * One client's next transaction, its number `n` counting up by one. Everything in the tables follows from
 * the numbers of the transactions that are there, so what a crash left can be checked row by row.
 *
 * A synced transaction's answer carries `ack:CLIENT:N;`, which the recorder looks for in what goes out.
 */
export async function runTransaction(
  client: pg.Client,
  number: number,
  n: number,
  random: SeededRandom,
): Promise<void> {
  const synced = random.chance(0.5)
  if (random.chance(0.1)) await rollBack(client, number, n)
  if (synced && random.chance(0.3)) {
    await client.query(inOneStatement, [number, n, payload(random), path(number, n), `ack:${number}:${n};`])
    return
  }
  await client.query(synced ? 'begin' : 'begin; set local synchronous_commit = off')
  await client.query(inOneStatement, [number, n, payload(random), path(number, n), ''])
  await transfer(client, number, n, random)
  if (random.chance(0.08)) await replaceTable(client, number, n)
  await client.query(synced ? `commit; select 'ack:${number}:${n};' as acknowledged` : 'commit')
}

const inOneStatement = `
  with entered as (
    insert into entry select $1::int, $2::int, $3::text, md5($3::text), $4::ltree,
      array['w' || $2::int % 7, 'c' || $1::int], array[$1::int, $2::int % 11, $2::int % 5]::vector),
  moved as (update progress set last = $2::int where client = $1::int),
  forgotten as (delete from recent where client = $1::int and n <= $2::int - ${RECENT_ROWS}),
  remembered as (insert into recent values ($1::int, $2::int, repeat('r', 100)))
  select $5::text as acknowledged`

function path(number: number, n: number): string {
  return `client_${number}.group_${n % 13}.entry_${n}`
}

/** Random, so that it cannot be compressed; some larger than a page. */
function payload(random: SeededRandom): string {
  const bytes = random.chance(0.15) ? random.below(20_000) : random.below(600)
  return randomBytes(bytes).toString('hex')
}

async function rollBack(client: pg.Client, number: number, n: number): Promise<void> {
  await client.query('begin')
  await client.query(inOneStatement, [number, NEVER_COMMITTED + n, 'never', path(number, n), ''])
  await client.query('rollback')
}

async function transfer(client: pg.Client, number: number, n: number, random: SeededRandom): Promise<void> {
  const [source, target, amount] = [random.below(PURSES) + 1, random.below(PURSES) + 1, random.below(50)]
  await client.query('update purse set balance = balance - $2 where id = $1', [source, amount])
  await client.query('update purse set balance = balance + $2 where id = $1', [target, amount])
  await client.query('insert into transfer values ($1, $2, $3, $4, $5)', [number, n, source, target, amount])
}

/** Creates a table with an index, drops one of earlier, and empties the one between. */
async function replaceTable(client: pg.Client, number: number, n: number): Promise<void> {
  const { rows } = await client.query<{ tables: number }>(
    'update progress set tables = tables + 1 where client = $1 returning tables',
    [number],
  )
  const table = rows[0]!.tables
  await client.query(`
    create table made_${number}_${table} as
      select ${n} as n, value, md5(value::text) as hash from generate_series(1, 300) value;
    create index on made_${number}_${table} (hash)`)
  if (table > 1) await client.query(`truncate made_${number}_${table - 1}`)
  if (table > KEPT_TABLES) await client.query(`drop table made_${number}_${table - KEPT_TABLES}`)
}

/** What is done for the database's sake between the transactions. */
export const upkeep = [
  'checkpoint',
  'checkpoint',
  'checkpoint',
  'vacuum',
  'vacuum full recent',
  'vacuum (truncate) recent',
  'reindex table purse',
  'select pg_switch_wal()',
  'analyze',
] as const
