import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { backupName } from '../../coordinator/db/backup/backup-name.ts'
import { BackupSchedule } from './backup-schedule.ts'

const HOUR_MS = 3_600_000
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A schedule of a Hearth that has been running for an hour. */
function scheduleWith(makeBackup: (folder: string, signal: AbortSignal) => Promise<void>) {
  const backupsFolder = mkdtempSync(join(tmpdir(), 'hearth-schedule-'))
  folders.push(backupsFolder)
  const startedAt = Date.now() - HOUR_MS
  return {
    backupsFolder,
    schedule: new BackupSchedule({
      backupsFolder,
      startedAt,
      makeBackup: (signal) => makeBackup(backupsFolder, signal),
    }),
  }
}

test('a backup that is due is made once, and stopping waits for nothing more', async () => {
  let made = 0
  const { schedule } = scheduleWith(async (folder) => {
    made += 1
    writeFileSync(join(folder, backupName('daily', new Date())), '')
  })
  schedule.start()
  await expect.poll(() => made, { timeout: 20_000 }).toBe(1)
  await schedule.stop()
  expect(made).toBe(1)
})

test('none is made when there is one of today', async () => {
  let made = 0
  const { schedule, backupsFolder } = scheduleWith(async () => {
    made += 1
  })
  writeFileSync(join(backupsFolder, backupName('daily', new Date(Date.now() - HOUR_MS))), '')
  schedule.start()
  await schedule.stop()
  expect(made).toBe(0)
})

test('one that fails without a word is not made again at once', async () => {
  let tried = 0
  const { schedule } = scheduleWith(async () => {
    tried += 1
  })
  schedule.start()
  await expect.poll(() => tried, { timeout: 20_000 }).toBe(1)
  // Stopping waits until the next time has been looked up, and a backup that were due then made.
  await schedule.stop()
  expect(tried).toBe(1)
})

test('stopping ends the one that is being made', async () => {
  const begun = Promise.withResolvers<void>()
  let ended = false
  const { schedule } = scheduleWith(async (_, signal) => {
    begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    ended = true
  })
  schedule.start()
  await begun.promise
  await schedule.stop()
  expect(ended).toBe(true)
})
