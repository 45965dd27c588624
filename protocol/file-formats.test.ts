import { expect, test } from 'vitest'
import { fileExtension, fileFamily, fileFormat } from './file-formats.ts'

test.each([
  ['IMG_0001.JPG', 'image', 'jpeg'],
  ['a.jpeg', 'image', 'jpeg'],
  ['scan.tif', 'image', 'tiff'],
  ['2024/05/IMG_1.HEIC', 'image', 'heic'],
  ['IMG_0001.HIF', 'image', 'heif'],
  ['IMG_0001.CR2', 'raw', 'cr2'],
  ['x.3FR', 'raw', '3fr'],
  ['PXL_20240501_120322123.MP', 'video', 'mp4'],
  ['clip.m2ts', 'video', 'mts'],
  ['IMG_0001.jpg.xmp', 'sidecar', 'xmp'],
  ['MVI_0001.THM', 'sidecar', 'thm'],
])('%s is %s in the format %s', (name, family, format) => {
  expect(fileFamily(name)).toBe(family)
  expect(fileFormat(name)).toBe(format)
})

test.each([
  'notes.txt',
  'jpg',
  '.jpg',
  'folder.jpg/readme',
  'a.',
  '',
  'a.jpg~',
  'constructor',
  'a.__proto__',
])('%j is nothing that Hearth can use', (name) => {
  expect(fileFamily(name)).toBeNull()
})

test('a hidden file and a folder with a dot give no extension', () => {
  expect(fileExtension('.jpg')).toBe('')
  expect(fileExtension('album.2024/photo')).toBe('')
})
