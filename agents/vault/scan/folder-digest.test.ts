import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ScannedFile } from '../../../protocol/scan.ts'
import { packFiles, unpackFiles } from './file-list.ts'
import { folderDigest, sortFiles } from './folder-digest.ts'

/** Names with any bytes: undecodable ones are lone surrogates U+DC80–U+DCFF. */
const nameUnit = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  fc.integer({ min: 0xdc80, max: 0xdcff }).map((unit) => String.fromCharCode(unit)),
)
const name = fc
  .array(nameUnit, { minLength: 1, maxLength: 6 })
  .map((units) => units.join(''))
  .filter((text) => !text.includes('/') && !text.includes('\0'))
const files = fc.uniqueArray(
  fc.record({
    name,
    sizeBytes: fc.nat(),
    mtimeUs: fc.integer({ min: -(2 ** 51), max: 2 ** 52 }),
  }) satisfies fc.Arbitrary<ScannedFile>,
  { selector: (file) => file.name, maxLength: 8 },
)

test('the digest does not depend on the order in which the folder was read', () => {
  fc.assert(
    fc.property(files, (list) => {
      expect(folderDigest(sortFiles(list.toReversed()))).toBe(folderDigest(sortFiles([...list])))
    }),
  )
})

test('another name, size or time of any file changes the digest', () => {
  fc.assert(
    fc.property(
      files.filter((list) => list.length > 0),
      fc.nat(),
      (list, pick) => {
        const before = folderDigest(sortFiles([...list]))
        const index = pick % list.length
        const changed = (change: (file: ScannedFile) => ScannedFile) =>
          folderDigest(sortFiles(list.map((file, at) => (at === index ? change(file) : file))))
        expect(changed((file) => ({ ...file, name: `${file.name}x` }))).not.toBe(before)
        expect(changed((file) => ({ ...file, sizeBytes: file.sizeBytes + 1 }))).not.toBe(before)
        expect(changed((file) => ({ ...file, mtimeUs: file.mtimeUs + 1 }))).not.toBe(before)
        expect(folderDigest(sortFiles(list.filter((_, at) => at !== index)))).not.toBe(before)
      },
    ),
  )
})

test('names that differ in one undecodable byte have different digests', () => {
  const digest = (unit: number) =>
    folderDigest([{ name: `a${String.fromCharCode(unit)}`, sizeBytes: 1, mtimeUs: 1 }])
  expect(digest(0xdcff)).not.toBe(digest(0xdcfe))
  expect(digest(0xdcff)).toHaveLength(22)
})

test('a packed list comes back as it was', () => {
  fc.assert(
    fc.property(files, (list) => {
      expect(unpackFiles(packFiles(list))).toEqual(list)
    }),
  )
})
