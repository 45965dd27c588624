import { chmod, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test } from 'vitest'
import { openCage } from '../../cage/open-cage.ts'
import { childPids } from '../testing/reader-pids.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeJpeg } from '../testing/write-picture.ts'
import { needsAlias, WorkFolder } from '../work-folder.ts'
import { listEmbeddedPreviews } from './embedded-previews.ts'
import { MetadataReader, readingOf } from './metadata-reader.ts'

const cage = await openCage()
const log = pino({ level: 'silent' })

test.each([
  ['a/b.jpg', 'fast', ['-fast2']],
  ['a/b.TIF', 'fast', ['-fast2']],
  ['a/b.xmp', 'fast', ['-fast2']],
  ['a/b.png', 'full', ['-fast']],
  ['a/b.HEIC', 'full', ['-fast']],
  ['a/b.cr3', 'full', []],
  ['a/b.mov', 'full', []],
])('%j is read in the %s pass with %j', (path, pass, args) => {
  expect(readingOf(path)).toEqual({ pass, args })
})

test('embedded pictures come largest first, and tags that are none do not come', () => {
  const binary = (bytes: number) => `(Binary data ${bytes} bytes, use -b option to extract)`
  expect(
    listEmbeddedPreviews({
      'EXIF:ThumbnailImage': binary(9_000),
      'EXIF:JpgFromRaw': binary(4_000_000),
      'MakerNotes:PreviewImage': binary(600_000),
      'EXIF:OtherImage': binary(12),
      'EXIF:TileOffsets': binary(1_000_000),
      'XMP:PreviewImage': 'text',
    }).map(({ tag }) => tag),
  ).toEqual(['EXIF:JpgFromRaw', 'MakerNotes:PreviewImage', 'EXIF:ThumbnailImage'])
})

test.each([
  ['/a/b.jpg', false],
  ['/a/-execute', false],
  ['/a/😀 $(id).jpg', false],
  ['/a/b\n-execute\n.jpg', true],
  ['/a/b\r.jpg', true],
  ['/a/\udcff.jpg', true],
  ['/a/b.jpg ', true],
])('%j needs a harmless name: %s', (path, needed) => {
  expect(needsAlias(path)).toBe(needed)
})

test('an ExifTool with known holes is refused with a sentence that says so', async () => {
  await using folder = await temporaryFolder()
  const old = join(folder.path, 'exiftool')
  await writeFile(old, '#!/bin/sh\necho 12.57\n')
  await chmod(old, 0o755)
  const workFolder = await WorkFolder.create()
  const reader = new MetadataReader({
    ...{ processes: 1, cage, roots: [], workFolder, log, exiftoolPath: old },
  })
  try {
    await expect(reader.start()).rejects.toMatchObject({
      code: 'program_missing',
      message: expect.stringContaining('12.57'),
    })
  } finally {
    await reader.stop()
    await workFolder.remove()
  }
})

test('an ExifTool that does not start is refused with the command that helps', async () => {
  const workFolder = await WorkFolder.create()
  const options = { processes: 1, cage, roots: [], workFolder, log }
  const reader = new MetadataReader({ ...options, perlPath: '/nowhere/perl' })
  try {
    await expect(reader.start()).rejects.toMatchObject({
      code: 'program_missing',
      message: expect.stringMatching(/perl/i),
    })
  } finally {
    await reader.stop()
    await workFolder.remove()
  }
})

test.skipIf(process.platform !== 'linux')(
  'an embedded picture whose job is cancelled leaves no file behind, and the next file is read',
  async () => {
    await using folder = await temporaryFolder()
    await writeJpeg(folder.path, 'a.jpg')
    const file = { root: folder.path, path: join(folder.path, 'a.jpg') }
    const workFolder = await WorkFolder.create()
    const roots = [folder.path]
    const reader = new MetadataReader({ processes: 1, cage, roots, workFolder, log })
    try {
      await reader.start()
      const stop = new AbortController()
      expect(await reader.read(file, stop.signal)).not.toBeNull()
      for (const pid of await childPids('stay_open')) process.kill(pid, 'SIGSTOP')
      const preview = reader.withPreview(file, 'ThumbnailImage', stop.signal, async () => 'rendered')
      stop.abort(new Error('cancelled'))
      await expect(preview).rejects.toThrow('cancelled')
      expect(await readdir(workFolder.path)).toEqual([])
      expect(await reader.read(file, new AbortController().signal)).not.toBeNull()
    } finally {
      await reader.stop()
      await workFolder.remove()
    }
  },
)
