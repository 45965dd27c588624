import { expect, test } from 'vitest'
import type { DatabaseFacts } from '../../../protocol/database.ts'
import { describeDatabase, judgeDatabase } from './judge-database.ts'

const now = '2026-11-21T12:00:00.000Z'
const nowMs = Date.parse(now)
const daysAgo = (days: number) => new Date(nowMs - days * 86_400_000).toISOString()
const backup = { at: daysAgo(0.5), sizeBytes: 4e6, path: 'backups/last.hearth.zst' }

const well: DatabaseFacts = {
  engine: 'embedded',
  version: '18.3',
  place: 'data/database',
  since: daysAgo(400),
  assets: 1_000,
  sizeBytes: 80e6,
  walBytes: 48e6,
  lastCheckpointAt: daysAgo(0.001),
  memoryBytes: 310e6,
  connections: null,
  latency: { p50Ms: 0.4, p99Ms: 12, measured: 150, failed: 0, minutes: 5 },
  disk: { freeBytes: 400e9, totalBytes: 1e12 },
  backup: { lastSuccess: backup, lastFailure: null },
  check: { at: daysAgo(1), method: 'amcheck', objects: 90 },
  damage: [],
}

test('a database that is well gets no advice', () => {
  expect(judgeDatabase(well, nowMs)).toEqual([])
  expect(describeDatabase(well, [])).toEqual({
    state: 'well',
    sentence: 'The database is well: backed up and checked for damage.',
  })
})

const failure = { at: daysAgo(0.1), message: 'The disk with backups is full: make room there.', count: 3 }
const cases: [string, Partial<DatabaseFacts>, string[]][] = [
  ['a log of 512 MB', { walBytes: 512 * 2 ** 20 }, []],
  ['a larger log', { walBytes: 700e6 }, ['warning log 700 MB']],
  ['a log that nobody may measure', { walBytes: null }, []],
  ['a disk with 4 % left', { disk: { freeBytes: 4e9, totalBytes: 100e9 } }, ['warning disk 4,000 MB']],
  ['a small disk with much of it left', { disk: { freeBytes: 4e9, totalBytes: 20e9 } }, []],
  ['a huge disk with 10 GB left', { disk: { freeBytes: 10e9, totalBytes: 8e12 } }, []],
  ['a disk that is nearly full', { disk: { freeBytes: 90e6, totalBytes: 1e12 } }, ['urgent disk 90 MB']],
  [
    'a backup of three days ago',
    { backup: { lastSuccess: { ...backup, at: daysAgo(3) }, lastFailure: null } },
    ['urgent backup is of 2026-11-18; make one now'],
  ],
  [
    'one with failures since',
    { backup: { lastSuccess: { ...backup, at: daysAgo(3) }, lastFailure: failure } },
    ['urgent backup newer ones failed: The disk with backups is full: make room there.'],
  ],
  ['a failure after a backup of today', { backup: { lastSuccess: backup, lastFailure: failure } }, []],
  [
    'no backup in a year',
    { backup: { lastSuccess: null, lastFailure: null } },
    ['urgent backup was never made'],
  ],
  [
    'no backup on the first day',
    { since: daysAgo(0.2), backup: { lastSuccess: null, lastFailure: null } },
    [],
  ],
  [
    'a first backup that failed',
    { since: daysAgo(0.2), backup: { lastSuccess: null, lastFailure: failure } },
    ['warning backup The first backup failed'],
  ],
  ['backups that others make', { backup: null }, []],
  ['a process that takes much memory', { memoryBytes: 1.7e9 }, ['warning memory 1,700 MB']],
  ['a server, whose memory is not ours to watch', { memoryBytes: null }, []],
  ['slow answers', { latency: { ...well.latency, p50Ms: 240 } }, ['warning latency longer than 240 ms']],
  ['slow answers of a start', { latency: { ...well.latency, p50Ms: 240, measured: 3 } }, []],
  ['no way to look for damage', { check: { at: now, method: 'none', objects: 0 } }, ['hint check amcheck']],
  [
    'no look for damage in weeks',
    { check: { at: daysAgo(20), method: 'amcheck', objects: 9 } },
    ['hint check on 2026-11-01'],
  ],
  ['no look for damage yet, on the first day', { since: daysAgo(1), check: null }, []],
  ['a library that has grown', { assets: 200_001 }, ['hint move hearth database move']],
  ['a library that has grown, on a server', { assets: 9e6, engine: 'server' }, []],
]

test.each(cases)('%s', (_, change, expected) => {
  const advice = judgeDatabase({ ...well, ...change }, nowMs)
  expect(advice.map(({ severity, about }) => `${severity} ${about}`)).toEqual(
    expected.map((line) => line.split(' ').slice(0, 2).join(' ')),
  )
  for (const [at, line] of expected.entries())
    expect(advice[at]?.sentence).toContain(line.split(' ').slice(2).join(' '))
})

const damage = [
  { object: 'table asset', message: 'invalid page in block 3', seenAt: now },
  { object: 'table asset', message: 'invalid page in block 9', seenAt: now },
  { object: 'index asset_timeline', message: 'item order invariant violated', seenAt: now },
]

test('damage is named, with the backup to restore, before everything else', () => {
  const facts = { ...well, damage, walBytes: 700e6 }
  const advice = judgeDatabase(facts, nowMs)
  expect(advice.map(({ about }) => about)).toEqual(['damage', 'log'])
  expect(advice[0]?.sentence).toBe(
    'The database is damaged (table asset, index asset_timeline): stop Hearth, look at the disk, and restore the backup of 2026-11-21 with hearth restore backups/last.hearth.zst --replace.',
  )
  expect(describeDatabase(facts, advice)).toEqual({
    state: 'damaged',
    sentence: 'The database is damaged: table asset, index asset_timeline.',
  })
})

test('damage without a backup is not made worse by advice', () => {
  const advice = judgeDatabase({ ...well, damage, backup: { lastSuccess: null, lastFailure: null } }, nowMs)
  expect(advice[0]?.sentence).toContain('copy the data folder before anything else is tried')
})

test('hints alone leave a database well', () => {
  const facts = { ...well, assets: 900_000 }
  expect(describeDatabase(facts, judgeDatabase(facts, nowMs)).state).toBe('well')
})
