import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BackupKind, backupName, type NamedBackup, parseBackupName } from './backup-name.ts'
import { chooseExpired } from './choose-expired.ts'

const DAY_MS = 86_400_000

function named(kind: BackupKind, at: number): NamedBackup {
  return parseBackupName(backupName(kind, new Date(at)))!
}

/** Daily backups from 2020 on, after pauses of hours to months, as of a machine that is not always on. */
const history = fc
  .array(fc.integer({ min: 1, max: 24 * 40 }), { minLength: 1, maxLength: 120 })
  .map((pausesHours) => {
    let at = Date.UTC(2020, 0, 1)
    return pausesHours.map((hours) => {
      at += hours * 3_600_000
      return named('daily', at)
    })
  })

const without = (backups: readonly NamedBackup[]) => {
  const expired = new Set(chooseExpired(backups))
  return backups.filter((backup) => !expired.has(backup))
}

test('clearing away after each backup keeps the same as clearing away once at the end', () => {
  fc.assert(
    fc.property(history, (backups) => {
      let kept: NamedBackup[] = []
      for (const backup of backups) kept = without([...kept, backup])
      expect(kept).toEqual(without(backups))
    }),
  )
})

test('the newest stays, and never more than seven days, four weeks and six months', () => {
  fc.assert(
    fc.property(history, (backups) => {
      const kept = without(backups)
      expect(kept).toContain(backups.at(-1))
      expect(kept.length).toBeLessThanOrEqual(7 + 4 + 6)
      const days = [...new Set(backups.map(({ at }) => at.toISOString().slice(0, 10)))]
      for (const day of days.slice(-7)) {
        expect(kept).toContain(backups.findLast(({ at }) => at.toISOString().startsWith(day)))
      }
    }),
  )
})

test('after two years of days, the last of each of six months and of four weeks is there', () => {
  const first = Date.UTC(2024, 10, 22, 3)
  const years = Array.from({ length: 730 }, (_, day) => named('daily', first + day * DAY_MS))
  expect(without(years).map(({ at }) => at.toISOString().slice(0, 10))).toEqual([
    '2026-06-30',
    '2026-07-31',
    '2026-08-31',
    '2026-09-30',
    '2026-10-31',
    '2026-11-01',
    '2026-11-08',
    '2026-11-15',
    '2026-11-16',
    '2026-11-17',
    '2026-11-18',
    '2026-11-19',
    '2026-11-20',
    '2026-11-21',
  ])
})

test('what a person asked for stays for ever; of those before changes the newest five', () => {
  const at = Date.UTC(2026, 0, 1)
  const manual = Array.from({ length: 30 }, (_, index) => named('manual', at + index * 1_000))
  const upgrades = Array.from({ length: 8 }, (_, index) => named('before-upgrade', at + index * 1_000))
  expect(without([...manual, ...upgrades])).toEqual([...manual, ...upgrades.slice(3)])
})

test('the name of a backup says when and why, and no other file is taken for one', () => {
  const at = new Date('2026-11-21T03:04:05.678Z')
  expect(backupName('daily', at)).toBe('2026-11-21T03-04-05Z-daily.hearth.zst')
  expect(parseBackupName('2026-11-21T03-04-05Z-daily.hearth.zst')).toEqual({
    name: '2026-11-21T03-04-05Z-daily.hearth.zst',
    kind: 'daily',
    at: new Date('2026-11-21T03:04:05Z'),
  })
  for (const name of [
    'status.json',
    '2026-11-21T03-04-05Z-daily.hearth.zst.partial',
    '2026-11-21T03-04-05Z-weekly.hearth.zst',
    '2026-13-41T03-04-05Z-daily.hearth.zst',
    'x2026-11-21T03-04-05Z-daily.hearth.zst',
  ]) {
    expect(parseBackupName(name), name).toBeUndefined()
  }
})
