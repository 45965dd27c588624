import {
  type DatabaseAdvice,
  type DatabaseFacts,
  type DatabaseView,
  WHEN_TO_MOVE,
} from '../../protocol/database.ts'
import { minutesAgo } from './fake-jobs.ts'

/** The database of a scenario: well, in want of attention, or damaged. */
export function fakeDatabase(state: DatabaseView['state'], assets: number): DatabaseView {
  const facts: DatabaseFacts = {
    engine: 'embedded',
    version: '18.3',
    place: '/srv/hearth/database',
    since: minutesAgo(60 * 24 * 90),
    assets,
    sizeBytes: 912e6,
    walBytes: 96e6,
    lastCheckpointAt: minutesAgo(2),
    memoryBytes: 318e6,
    connections: null,
    latency: { p50Ms: 0.38, p99Ms: 14.2, measured: 150, failed: 0, minutes: 5 },
    disk: { freeBytes: 402e9, totalBytes: 1e12 },
    backup: {
      lastSuccess: {
        at: minutesAgo(60 * 7),
        sizeBytes: 61e6,
        path: '/srv/hearth/backups/2026-11-21T03-00-00Z-daily.hearth.zst',
      },
      lastFailure: null,
    },
    check: { at: minutesAgo(60 * 11), method: 'amcheck', objects: 214 },
    damage: [],
  }
  if (state === 'well') {
    return { state, sentence: 'The database is well: backed up and checked for damage.', advice: [], facts }
  }
  if (state === 'attention') {
    const failed = { at: minutesAgo(70), message: 'The disk with backups is full: make room there', count: 6 }
    return {
      state,
      sentence: 'The database works, and something about it needs you.',
      advice: attention,
      facts: {
        ...facts,
        walBytes: 701e6,
        disk: { freeBytes: 3.1e9, totalBytes: 1e12 },
        latency: { ...facts.latency, failed: 3 },
        backup: {
          lastSuccess: { ...facts.backup!.lastSuccess!, at: minutesAgo(60 * 80) },
          lastFailure: failed,
        },
      },
    }
  }
  return {
    state,
    sentence: 'The database is damaged: table asset, index asset_timeline.',
    advice: [damaged],
    facts: {
      ...facts,
      damage: [
        {
          object: 'table asset',
          message: 'invalid page in block 1203 of relation "base/5/16731"',
          seenAt: minutesAgo(12),
        },
        {
          object: 'index asset_timeline',
          message: 'item order invariant violated for index "asset_timeline"',
          seenAt: minutesAgo(12),
        },
      ],
    },
  }
}

const attention: DatabaseAdvice[] = [
  {
    about: 'backup',
    severity: 'urgent',
    sentence:
      'The last backup is of 2026-11-18; newer ones failed: The disk with backups is full: make room there.',
  },
  {
    about: 'disk',
    severity: 'warning',
    sentence:
      'The disk of Hearth’s data has 3,100 MB left: make room there, or nothing can be added to the database, previews and backups.',
  },
  { about: 'move', severity: 'hint', sentence: WHEN_TO_MOVE },
]

const damaged: DatabaseAdvice = {
  about: 'damage',
  severity: 'urgent',
  sentence:
    'The database is damaged (table asset, index asset_timeline): stop Hearth, look at the disk, and restore the backup of 2026-11-21 with hearth restore /srv/hearth/backups/2026-11-21T03-00-00Z-daily.hearth.zst --replace.',
}
