import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSayable, longestFirst, restBelow } from './path-map.ts'

describe('what lies below a folder', () => {
  test.each([
    ['/volume1/photos', '/volume1/photos', '2024/a.jpg', '2024/a.jpg'],
    ['/volume1', '/volume1/photos', '2024/a.jpg', 'photos/2024/a.jpg'],
    ['/volume1/photos/2024', '/volume1/photos', '2024/a.jpg', 'a.jpg'],
    ['/volume1/photos/', '//volume1//photos', 'a.jpg', 'a.jpg'],
    ['/', '/photos', 'a.jpg', 'photos/a.jpg'],
    ['C:\\Photos', 'c:\\photos', 'Trip/A.jpg', 'Trip/A.jpg'],
    ['C:/Photos', 'C:\\Photos', 'a.jpg', 'a.jpg'],
    ['\\\\nas\\media', '\\\\NAS\\Media\\Photos', 'a.jpg', 'Photos/a.jpg'],
    ['/volume1/photos', '/volume1/photos', '', ''],
    ['/v/\udcff', '/v/\udcff', 'b\udcfe.jpg', 'b\udcfe.jpg'],
    ['/v/a\\b', '/v/a\\b', 'c.jpg', 'c.jpg'],
  ])('%s: %s %s is %s', (prefix, root, path, rest) => {
    expect(restBelow(prefix, root, path)).toBe(rest)
  })

  test.each([
    ['half a segment', '/volume1/photo', '/volume1/photos', 'a.jpg'],
    ['another case on a system where it counts', '/volume1/Photos', '/volume1/photos', 'a.jpg'],
    ['another way to write the same letter', '/v/Zoe\u0308', '/v/Zoë', 'a.jpg'],
    ['a backslash that is part of a name', '/v/a/b', '/v/a\\b', 'c.jpg'],
    ['a folder below', '/volume1/photos/2024', '/volume1/photos', 'a.jpg'],
    ['a path that climbs', '/volume1/photos', '/volume1/photos', '../music/a.mp3'],
    ['a path that stands still', '/volume1/photos', '/volume1/photos', './a.jpg'],
    ['an empty segment', '/volume1/photos', '/volume1/photos', 'a//b.jpg'],
    ['a root that climbs', '/volume1/photos', '/volume1/photos/..', 'a.jpg'],
    ['another system', '/photos', 'C:\\photos', 'a.jpg'],
  ])('does not hold %s', (_, prefix, root, path) => {
    expect(restBelow(prefix, root, path)).toBeUndefined()
  })

  const segment = fc.oneof(
    fc.constantFrom('.', '..', '', 'photos', 'photo', 'Photos', 'a\\b', '\udc80', 'c:', ' '),
    fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !text.includes('/')),
  )
  const path = fc.array(segment, { maxLength: 5 }).map((segments) => segments.join('/'))

  test('is part of the path itself, and never climbs', () => {
    fc.assert(
      fc.property(path, path, path, (prefix, root, below) => {
        const rest = restBelow(`/${prefix}`, `/${root}`, below)
        if (rest === undefined) return
        const given = [...root.split('/'), ...below.split('/')].filter((each) => each !== '' && each !== '.')
        const wanted = prefix.split('/').filter((each) => each !== '' && each !== '.')
        expect([...wanted, ...rest.split('/').filter(Boolean)]).toEqual(given)
        expect(rest.split('/')).not.toContain('..')
        expect(rest.startsWith('/')).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is never half a segment', () => {
    const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/[/\0.]/.test(text))
    fc.assert(
      fc.property(name, name, (whole, more) => {
        expect(restBelow(`/${whole}`, `/${whole}${more}`, 'a.jpg')).toBeUndefined()
        expect(restBelow(`/${whole}`, `/${whole}`, 'a.jpg')).toBe('a.jpg')
      }),
    )
  })

  test('on Windows leads nowhere else than it says', () => {
    fc.assert(
      fc.property(path, path, (root, below) => {
        const rest = restBelow('C:\\', `C:\\${root}`, below)
        if (rest === undefined || !isSayable(rest, 'windows')) return
        for (const each of rest.split('/')) expect(each).not.toMatch(/^\.\.?$|[\\:*?"<>|\0]|[ .]$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

test.each([
  ['posix', 'a:b/c*?.jpg', true],
  ['posix', 'CON', true],
  ['posix', 'b\udcfe.jpg', true],
  ['posix', 'a/../b', false],
  ['windows', 'Trip/Zoë (1).jpg', true],
  ['windows', 'a:b.jpg', false],
  ['windows', 'a\\b.jpg', false],
  ['windows', 'ends.', false],
  ['windows', 'CON', false],
  ['windows', 'lpt1.jpg', false],
  ['windows', 'console.jpg', true],
  ['windows', 'b\udcfe.jpg', false],
] as const)('on %s %j can be said: %s', (style, rest, isGood) => {
  expect(isSayable(rest, style)).toBe(isGood)
})

test('longer prefixes come first, and equal ones stay in their order', () => {
  expect(longestFirst(['/a', '/a/b/c', '/x/y', '/a/b', 'C:\\a\\b\\c\\d'], (each) => each)).toEqual([
    'C:\\a\\b\\c\\d',
    '/a/b/c',
    '/x/y',
    '/a/b',
    '/a',
  ])
})
