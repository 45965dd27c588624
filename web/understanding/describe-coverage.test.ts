import { expect, test } from 'vitest'
import { describeCoverage, missingOf } from './describe-coverage.ts'

const task = {
  task: 'embed' as const,
  inUse: 'clip@0123456789ab',
  total: 50_000,
  done: 41_200,
  open: 8_800,
  etaSeconds: 10_800,
}

test.each([
  [{}, '41,200 of 50,000 learned, about 3 h left.'],
  [{ etaSeconds: null }, '41,200 of 50,000 learned, more is queued.'],
  [{ open: 0, etaSeconds: null }, '41,200 of 50,000 learned.'],
  [{ done: 50_000, open: 0, etaSeconds: null }, 'All 50,000 learned.'],
  [{ inUse: null }, '50,000 pictures wait for a model.'],
  [{ total: 0, done: 0, open: 0 }, 'No picture has a preview yet.'],
])('%o reads: %s', (change, words) => {
  expect(describeCoverage({ ...task, ...change })).toBe(words)
})

test('more looked at than there are now is nothing missing', () => {
  expect(missingOf({ total: 10, done: 12 })).toBe(0)
})
