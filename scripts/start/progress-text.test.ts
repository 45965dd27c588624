import { expect, test } from 'vitest'
import type { WorkStatus } from '../../coordinator/fleet/work-status.ts'
import { progressText } from './progress-text.ts'

const status: WorkStatus = {
  found: 1_204,
  ingested: 312,
  failed: 0,
  perSecond: 21.44,
  etaSeconds: 41.6,
  scanning: false,
  waitsFor: null,
  idle: false,
}

test.each<[string, Partial<WorkStatus>, string]>([
  ['reading', {}, '1,204 found · 312 read · 21.4 files/s · about 42 s left'],
  ['failures are named', { failed: 2 }, '1,204 found · 312 read · 2 failed · 21.4 files/s · about 42 s left'],
  [
    'nothing is promised during a scan',
    { scanning: true },
    '1,204 found · 312 read · 21.4 files/s · still scanning',
  ],
  ['before the first file there is no rate', { perSecond: 0, etaSeconds: null }, '1,204 found · 312 read'],
  ['the end', { idle: true, ingested: 1_204, failed: 1 }, '1,204 found · 1,204 read · 1 failed · all done'],
  [
    'what has to wait',
    { perSecond: 0, etaSeconds: null, waitsFor: '3 wait for a library that is offline' },
    '1,204 found · 312 read · 3 wait for a library that is offline',
  ],
  [
    'less than a second is one',
    { etaSeconds: 0.01 },
    '1,204 found · 312 read · 21.4 files/s · about 1 s left',
  ],
  ['minutes', { etaSeconds: 61 }, '1,204 found · 312 read · 21.4 files/s · about 1 min left'],
  ['hours', { etaSeconds: 9_000 }, '1,204 found · 312 read · 21.4 files/s · about 2.5 h left'],
  [
    'millions',
    { found: 2_000_000, scanning: true },
    '2,000,000 found · 312 read · 21.4 files/s · still scanning',
  ],
])('%s', (_title, changes, expected) => {
  expect(progressText({ ...status, ...changes })).toBe(expected)
})
