import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { CoordinatorInfo } from '../../../coordinator/coordinator.ts'
import { openDatabase } from '../../../coordinator/db/database.ts'
import { migrate } from '../../../coordinator/db/migrate.ts'
import { RigProcess } from '../../faults/testing/rig-process.ts'
import type { BenchResult } from '../bench-line.ts'
import { fillWithAssets, ROWS_PER_ASSET } from '../many-assets.ts'

const READY_CHECK_MS = 10
/** Until this much log lies there to be gone through again, or so long. */
const LOAD_WAL_BYTES = 200e6
const LOAD_LIMIT_MS = 60_000

/**
 * B19: from the start of the embedded database's process until the coordinator says that it is ready, after both
 * were stopped in order, and after both were killed in the middle of a load.
 *
 * @param rows in all tables together
 */
export async function benchStart(rows: number): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-start-'))
  // As a supervisor starts them.
  const env = { NODE_COMPILE_CACHE: join(folder, 'code') }
  const database = new RigProcess({
    name: 'database',
    env,
    script: 'coordinator/db/embedded/main.ts',
    config: () => ({ folder: join(folder, 'database'), socketFolder: folder, logLevel: 'warn' }),
  })
  const coordinator = new RigProcess({
    name: 'coordinator',
    env,
    script: 'coordinator/main.ts',
    config: () => ({ database: { socketFolder: folder }, dataFolder: folder, port: 0, logLevel: 'warn' }),
  })
  try {
    await database.start()
    await fill(folder, Math.ceil(rows / ROWS_PER_ASSET))
    await coordinator.start()
    await coordinator.stop()
    await database.stop()
    const clean = await timeStart(database, coordinator)
    console.log(`start after a stop: ${clean.toFixed(2)} s`)
    const walMb =
      (await loadUntilKilled(folder, () => Promise.all([database.kill(), coordinator.kill()]))) / 1e6
    const killed = await timeStart(database, coordinator)
    console.log(`start after a kill, with ${Math.round(walMb)} MB of log: ${killed.toFixed(2)} s`)
    const metric = (how: string) => `coordinator and embedded database ready, ${rows} rows, ${how}`
    return [
      { bench: 'B19', metric: metric('stopped in order'), value: clean, unit: 's', goal: '< 1.5' },
      {
        bench: 'B19',
        metric: metric(`killed under load with ${Math.round(walMb)} MB of log`),
        value: killed,
        unit: 's',
        goal: '< 10',
      },
    ]
  } finally {
    await Promise.all([database.kill(), coordinator.kill()])
    await rm(folder, { recursive: true, force: true })
  }
}

async function fill(socketFolder: string, assets: number): Promise<void> {
  const db = openDatabase({ socketFolder })
  await migrate(db)
  await fillWithAssets(db, assets)
  await sql`vacuum analyze`.execute(db)
  await db.destroy()
}

async function timeStart(database: RigProcess, coordinator: RigProcess): Promise<number> {
  const startedAt = performance.now()
  await database.start()
  const openedAt = performance.now()
  const { port } = (await coordinator.start()) as CoordinatorInfo
  while (!(await fetch(`http://127.0.0.1:${port}/api/ready`)).ok) await sleep(READY_CHECK_MS)
  const seconds = (from: number, to: number) => (to - from) / 1_000
  console.log(`database ready after ${seconds(startedAt, openedAt).toFixed(2)} s`)
  return seconds(startedAt, performance.now())
}

/** Returns how much log lay there in the end, in bytes. */
async function loadUntilKilled(socketFolder: string, kill: () => Promise<unknown>): Promise<number> {
  const db = openDatabase({ socketFolder })
  const write = async () => {
    // Each row is written anew, which is what a second reading of a whole library does.
    for (let round = 0; ; round += 1)
      await sql`update asset set lens = ${`Lens ${round}`} where id % 20 = ${round % 20}`.execute(db)
  }
  const writing = write().catch(() => {})
  const before = await readWritten(db)
  let written = 0
  const giveUpAt = performance.now() + LOAD_LIMIT_MS
  while (written < LOAD_WAL_BYTES && performance.now() < giveUpAt) written = (await readWritten(db)) - before
  const { rows } = await sql<{
    bytes: number
  }>`select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint as bytes
    from pg_control_checkpoint()`.execute(db)
  await kill()
  await writing
  await db.destroy()
  return rows[0]!.bytes
}

async function readWritten(db: ReturnType<typeof openDatabase>): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as bytes`.execute(db)
  return rows[0]!.bytes
}
