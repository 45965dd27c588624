import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeShrink } from './judge-shrink.ts'

test.each([
  ['an empty library that stays empty', 0, 0, 0, 'accept'],
  ['a first scan', 0, 0, 20_000, 'accept'],
  ['an unchanged library', 20_000, 0, 20_000, 'accept'],
  ['an empty mount point', 20_000, 20_000, 0, 'offline'],
  ['the only file gone', 1, 1, 0, 'offline'],
  ['50 files gone, however few are left', 60, 50, 10, 'accept'],
  ['51 files and more than a tenth gone', 60, 51, 9, 'hold'],
  ['exactly a tenth gone', 1_000, 100, 900, 'accept'],
  ['just over a tenth gone', 1_000, 101, 899, 'hold'],
  ['another disk at the same place', 20_000, 20_000, 500, 'hold'],
  ['many gone, but a small part', 100_000, 9_000, 91_000, 'accept'],
] as const)(
  '%s: of %i known %i missing and %i listed is judged %s',
  (_fact, knownFiles, missingFiles, listedFiles, verdict) => {
    const judged = judgeShrink({ knownFiles, missingFiles, listedFiles })
    expect(judged.verdict).toBe(verdict)
    expect(judged.reason === '').toBe(verdict === 'accept')
  },
)

test('losing more files is never judged more lightly', () => {
  const severity = { accept: 0, hold: 1, offline: 2 }
  fc.assert(
    fc.property(
      fc.nat(5_000),
      fc.nat(5_000),
      fc.nat(5_000),
      fc.nat(5_000),
      (known, missing, more, listed) => {
        const judge = (missingFiles: number) =>
          severity[judgeShrink({ knownFiles: known, missingFiles, listedFiles: listed }).verdict]
        expect(judge(missing + more)).toBeGreaterThanOrEqual(judge(missing))
      },
    ),
  )
})
