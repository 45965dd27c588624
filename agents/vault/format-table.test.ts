import { expect, test } from 'vitest'
import { extensionOf, extensionsByFamily, findFamily } from './format-table.ts'

test.each([
  ['IMG_1.JPG', 'image'],
  ['a.b.heic', 'image'],
  ['IMG_1.NEF', 'raw'],
  ['clip.M2TS', 'video'],
  ['PXL.MP', 'video'],
  ['a.jpg.xmp', 'sidecar'],
  ['MVI_1.THM', 'sidecar'],
  ['a.aae', undefined],
  ['a.jp2', undefined],
  ['.jpg', undefined],
  ['jpg', undefined],
  ['a.jpg.', undefined],
])('%j belongs to %s', (name, family) => {
  expect(findFamily(name)).toBe(family)
})

test('no extension belongs to two families', () => {
  const all = Object.values(extensionsByFamily).flat()
  expect(new Set(all).size).toBe(all.length)
  expect(all.every((extension) => extensionOf(`x.${extension}`) === extension)).toBe(true)
})
