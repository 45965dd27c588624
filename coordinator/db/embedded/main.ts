import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedConfig } from '../../../config/embedded-config.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { createProcessLog } from '../../../config/process-log.ts'
import { type Closers, runProcess } from '../../../config/run-process.ts'
import { AppError } from '../../../protocol/errors.ts'
import { Checkpointer } from './checkpointer.ts'
import { DiskReserve, readFreeBytes } from './disk-reserve.ts'
import { flushLog } from './flush-log.ts'
import { lockFolder } from './folder-lock.ts'
import { FullDiskWatch } from './full-disk.ts'
import { judgeFileSystem } from './judge-file-system.ts'
import { LogSync } from './log-sync.ts'
import { openEngine } from './open-engine.ts'
import { publishMemory } from './publish-memory.ts'
import { readMount } from './read-mount.ts'
import { tidyTables } from './tidy-tables.ts'
import { WireServer } from './wire-server.ts'

const MB = 1024 * 1024
/** The previous owner may still be writing its last checkpoint; one that hangs ends itself after 20 s (`run-process.ts`). */
const LOCK_WAIT_MS = 30_000
/** What commits without waiting for the disk is there at most this much later. */
const FLUSH_INTERVAL_MS = 500
const SPACE_INTERVAL_MS = 1_000
const CHECKPOINT_INTERVAL_MS = 5_000
const TIDY_INTERVAL_MS = 30_000
const MEMORY_INTERVAL_MS = 30_000
/** The engine's memory cannot grow beyond 2 GB. */
const MUCH_MEMORY_BYTES = 1_500 * MB

/** The embedded database: a Postgres in one process that answers on `SOCKET_FOLDER/.s.PGSQL.5432`. */
const config = loadConfig(EmbeddedConfig)
const log = createProcessLog('database', config.logLevel)

await runProcess(log, async (closers) => {
  mkdirSync(config.folder, { recursive: true, mode: 0o700 })
  checkFileSystem()
  const lock = await lockFolder(config.folder, 'database', LOCK_WAIT_MS)
  closers.push(() => lock.release())

  const freeBytes = () => readFreeBytes(config.folder)
  const reserveBytes = config.reserveMb * MB
  const logSync = new LogSync((error) => endNow(error, 'the disk did not take the log; ending'))
  const checkpointer = new Checkpointer(freeBytes, (error) =>
    log.warn({ err: error }, 'checkpoint failed; trying again'),
  )
  let isOpen = false
  const reserve = new DiskReserve(reserveBytes, freeBytes)
  const database = await openEngine(config.folder, {
    logSync,
    reserve,
    onLogWritten: (bytes) => checkpointer.logWritten(bytes),
    onCheckpoint: () => checkpointer.checkpointDone(),
    onAborted: () => {
      // Before that it is said by the opening that fails.
      if (isOpen) endNow(new Error('The engine aborted'), 'the database engine gave up; ending')
    },
  })
  isOpen = true
  closers.push(() => database.close())
  reserve.hold()
  const fullDisk = new FullDiskWatch(reserveBytes, freeBytes, (writable, freeBytes) => {
    if (writable) log.info({ freeBytes }, 'there is room on the disk again; taking changes')
    else log.error({ freeBytes, reserveBytes }, 'the disk is full; reading goes on, changes are refused')
  })
  await fullDisk.look(database)

  const server = new WireServer(database, (error) => endNow(error, 'the database engine broke; ending'), {
    logSync,
    afterBatch: () => checkpointer.consider(database),
    refusal: () => fullDisk.refusal,
  })
  const socketPath = join(config.socketFolder, '.s.PGSQL.5432')
  rmSync(socketPath, { force: true })
  await server.listen(socketPath)
  closers.push(() => server.close())

  every(SPACE_INTERVAL_MS, closers, 'looking at the disk', () => fullDisk.look(database))
  every(CHECKPOINT_INTERVAL_MS, closers, 'checkpoint', () => checkpointer.consider(database))
  every(TIDY_INTERVAL_MS, closers, 'vacuum', async () => {
    // It writes to the log too.
    if (!fullDisk.refusal) await tidyTables(database)
  })
  every(MEMORY_INTERVAL_MS, closers, 'telling the memory', async () => {
    const bytes = await publishMemory(database)
    if (bytes > MUCH_MEMORY_BYTES) log.warn({ bytes }, 'the database takes much memory')
  })
  let flushedBatches = 0
  every(FLUSH_INTERVAL_MS, closers, 'flushing the log', async () => {
    if (server.batches === flushedBatches) return
    flushedBatches = server.batches
    await flushLog(database)
  })
  log.info({ folder: config.folder }, 'database ready')
})

/** The process's memory cannot be trusted, or what it answered may be lost: started again, it recovers. */
function endNow(error: unknown, what: string): void {
  log.fatal({ err: error }, what)
  process.exit(1)
}

function checkFileSystem(): void {
  const judgement = judgeFileSystem(config.folder, readMount(config.folder))
  if (judgement.verdict === 'refuse') throw new AppError('conflict', judgement.message)
  if (judgement.verdict === 'warn') log.warn(judgement.message)
}

/** Runs `work` now and then until the process stops; one turn at a time. */
function every(intervalMs: number, closers: Closers, what: string, work: () => Promise<unknown>): void {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    work()
      .catch((error) => log.warn({ err: error }, `${what} failed; trying again later`))
      .finally(() => {
        running = false
      })
  }, intervalMs)
  closers.push(() => clearInterval(timer))
}
