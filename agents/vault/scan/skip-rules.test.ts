import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideEntry, type EntryKind, isIgnored } from './skip-rules.ts'

const rules = { ignoreGlobs: [], dataFolders: new Set(['hearth-data']) }

test.each<[string, EntryKind, unknown]>([
  ['a.jpg', 'file', { take: 'file' }],
  ['A.JPG', 'file', { take: 'file' }],
  ['a.CR2', 'file', { take: 'file' }],
  ['a.cr2.xmp', 'file', { take: 'file' }],
  ['IMG.MP', 'file', { take: 'file' }],
  ['holidays', 'folder', { take: 'folder' }],
  ['holidays.jpg', 'folder', { take: 'folder' }],
  ['a.txt', 'file', { skip: 'unsupported' }],
  ['a.aae', 'file', { skip: 'unsupported' }],
  ['jpg', 'file', { skip: 'unsupported' }],
  ['.hidden.jpg', 'file', { skip: 'hidden' }],
  ['._a.jpg', 'file', { skip: 'hidden' }],
  ['.git', 'folder', { skip: 'hidden' }],
  ['.DS_Store', 'file', { skip: 'system' }],
  ['@eaDir', 'folder', { skip: 'system' }],
  ['#recycle', 'folder', { skip: 'system' }],
  ['#snapshot', 'folder', { skip: 'system' }],
  ['lost+found', 'folder', { skip: 'system' }],
  ['$RECYCLE.BIN', 'folder', { skip: 'system' }],
  ['System Volume Information', 'folder', { skip: 'system' }],
  ['Thumbs.db', 'file', { skip: 'system' }],
  ['desktop.ini', 'file', { skip: 'system' }],
  ['a.jpg', 'link', { skip: 'link' }],
  ['a.jpg', 'special', { skip: 'special' }],
  ['hearth-data', 'folder', { skip: 'data_folder' }],
])('%j as %s is %j', (name, kind, fate) => {
  expect(decideEntry(name, name, kind, rules)).toEqual(fate)
})

test.each([
  ['exports/a.jpg', 'a.jpg', ['exports/**'], true],
  ['2024/exports/a.jpg', 'a.jpg', ['exports/**'], false],
  ['2024/exports/a.jpg', 'a.jpg', ['**/exports/**'], true],
  ['deep/in/a.tmp.jpg', 'a.tmp.jpg', ['*.tmp.jpg'], true],
  ['2024/cache', 'cache', ['cache'], true],
  ['2024/Cache', 'Cache', ['cache'], false],
  ['exports', 'exports', ['/exports/'], true],
  ['a.jpg', 'a.jpg', ['*.png', '{b,c}.jpg'], false],
  ['c.jpg', 'c.jpg', ['*.png', '{b,c}.jpg'], true],
  ['a\nb.jpg', 'a\nb.jpg', ['a*b.jpg'], true],
])('%j with globs %j: ignored is %s', (path, name, globs, ignored) => {
  expect(isIgnored(path, name, globs)).toBe(ignored)
})

test('no name makes the rules fail, and no hidden name is ever taken', () => {
  fc.assert(
    fc.property(
      fc
        .string({ unit: 'binary', minLength: 1 })
        .filter((name) => !name.includes('/') && !name.includes('\0')),
      fc.constantFrom<EntryKind>('folder', 'file', 'link', 'special'),
      fc.array(fc.string(), { maxLength: 3 }),
      (name, kind, ignoreGlobs) => {
        const fate = decideEntry(name, name, kind, { ignoreGlobs, dataFolders: new Set() })
        if (name.startsWith('.') || kind === 'link' || kind === 'special') expect(fate).toHaveProperty('skip')
      },
    ),
  )
})
