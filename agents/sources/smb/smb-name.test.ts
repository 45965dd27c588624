import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smbNameOf } from './smb-name.ts'

test.each([
  ['2024/Zoë 🏞.jpg', '2024\\Zoë 🏞.jpg'],
  ['it’s (1) & [2].jpg', 'it’s (1) & [2].jpg'],
  [' leads.jpg', ' leads.jpg'],
  ['', ''],
])('%j is said as %j', (path, name) => {
  expect(smbNameOf(path)).toBe(name)
})

test.each([
  '../secret.jpg',
  'a/../../secret.jpg',
  'a/./b.jpg',
  'a//b.jpg',
  '/etc/passwd',
  'a\\..\\secret.jpg',
  '\\\\other\\share\\a.jpg',
  'C:\\secret.jpg',
  'a.jpg:stream',
  'a.jpg::$DATA',
  'a\0.jpg',
  'a\n.jpg',
  'what?.jpg',
  '*.jpg',
  'a"b.jpg',
  'a<b.jpg',
  'a>b.jpg',
  'a|b.jpg',
  'ends.',
  'ends ',
  '.../a.jpg',
  'Zo\udceb.jpg',
])('%j cannot be said, and that is the file’s matter', (path) => {
  expect(() => smbNameOf(path)).toThrow(expect.objectContaining({ code: 'bad_request', scope: 'file' }))
})

test('whatever the path, a name climbs nowhere and names no stream', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', '\\', ':', '/', 'a'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      let name: string
      try {
        name = smbNameOf(pieces.join('/'))
      } catch {
        return
      }
      for (const segment of name.split('\\')) expect(segment).not.toMatch(/^\.\.?$|[/:*?"<>|\0]/)
    }),
    { numRuns: 3_000 },
  )
})
