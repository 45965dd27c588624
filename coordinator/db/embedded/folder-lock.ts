import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../protocol/errors.ts'

const RETRY_MS = 50

export type FolderLock = { release(): void }

/**
 * Takes a folder for this process alone.
 *
 * The lock is SQLite's exclusive file lock on `NAME.lock`: the operating system gives it to one process
 * and takes it back when that process ends, however it ends. A file with a process number in it would
 * outlive a crash, and taking over such a file safely is where races live. `NAME.holder.json` only says
 * whom to blame.
 *
 * @param waitMs how long to try: a crashed holder's children may need a moment to go
 * @throws AppError `conflict` naming the holder
 */
export async function lockFolder(folder: string, name: string, waitMs = 0): Promise<FolderLock> {
  const holderPath = join(folder, `${name}.holder.json`)
  const giveUpAt = performance.now() + waitMs
  for (;;) {
    const database = tryLock(join(folder, `${name}.lock`))
    if (database) {
      writeFileSync(
        holderPath,
        JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
      )
      return {
        release: () => {
          rmSync(holderPath, { force: true })
          database.close()
        },
      }
    }
    if (performance.now() >= giveUpAt) break
    await sleep(RETRY_MS)
  }
  throw new AppError(
    'conflict',
    `The data folder ${folder} is in use by another Hearth${describeHolder(holderPath)}: stop that one, or choose another folder with --data`,
  )
}

function tryLock(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive')
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) return undefined
    throw error
  }
}

function describeHolder(path: string): string {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; host: string; since: string }
    return ` (process ${holder.pid} on ${holder.host}, since ${holder.since})`
  } catch {
    return ''
  }
}
