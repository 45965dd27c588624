import { expect, test } from 'vitest'
import type { JobKindSummary, LibraryView } from '../../protocol/fleet.ts'
import { ingestProgress } from './ingest-progress.ts'

const library: LibraryView = {
  id: 1,
  name: 'Photos',
  root: '/photos',
  agentId: 1,
  state: 'online',
  stateReason: null,
  ignoreGlobs: [],
  paused: false,
  assets: 0,
  files: 1_204,
  missing: 0,
  scanning: false,
  lastScanAt: null,
  writeBack: { mode: 'off', approval: false, quietMs: 0, naming: 'full', mirrorRoot: null },
}
const ingest: JobKindSummary = {
  kind: 'file.ingest',
  capability: 'ingest',
  queued: 888,
  leased: 4,
  done: 312,
  dead: 0,
  cancelled: 0,
  perSecond: 7,
  etaSeconds: 121,
  oldestAt: null,
  paused: false,
  maxRunning: null,
  waitsFor: null,
}

test('found, ready and time left are told while files are read', () => {
  expect(ingestProgress([library], [ingest])).toEqual({
    words: ['1,204 found', '312 ready', 'about 2 min'],
    share: 312 / 1_204,
    waitsFor: null,
  })
})

test('nothing is told when nothing goes on', () => {
  expect(ingestProgress([library], [{ ...ingest, queued: 0, leased: 0 }])).toBeNull()
})

test('a scan that has found nothing yet has no share', () => {
  const progress = ingestProgress([{ ...library, files: 0, scanning: true }], [])
  expect(progress).toEqual({ words: ['0 found', '0 ready'], share: null, waitsFor: null })
})

test('reading that a person has paused is told as paused, whatever else it would wait for', () => {
  const progress = ingestProgress([library], [{ ...ingest, paused: true, waitsFor: 'waits for a machine' }])
  expect(progress?.waitsFor).toContain('paused')
})
