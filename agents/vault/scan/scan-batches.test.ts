import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ScanChunk, type ScannedFile } from '../../../protocol/scan.ts'
import { packFiles } from './file-list.ts'
import { FILES_PER_CHUNK, FOLDERS_PER_CHUNK, filesChunks } from './scan-batches.ts'

function listFolder(path: string, count: number) {
  const files = Array.from({ length: count }, (_, i) => ({ name: `${i}.jpg`, sizeBytes: i, mtimeUs: i }))
  return { path, digest: 'd'.repeat(22), files: packFiles(files) }
}

test('every file is sent once, in bounded messages, and each folder is closed once, at its end', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(5), fc.nat(5_000)), { maxLength: 12 }), (counts) => {
      const sent = new Map<string, { files: ScannedFile[]; closed: number }>()
      for (const chunk of filesChunks(counts.map((count, i) => listFolder(`f${i}`, count)))) {
        ScanChunk.parse(chunk)
        expect(chunk.folders.length).toBeLessThanOrEqual(FOLDERS_PER_CHUNK)
        const filesInChunk = chunk.folders.reduce((sum, folder) => sum + folder.files.length, 0)
        expect(filesInChunk).toBeLessThanOrEqual(FILES_PER_CHUNK)
        for (const part of chunk.folders) {
          const folder = sent.get(part.path) ?? { files: [], closed: 0 }
          expect(folder.closed).toBe(0)
          folder.files.push(...part.files)
          if (part.last) folder.closed += 1
          sent.set(part.path, folder)
        }
      }
      expect([...sent.values()].map((folder) => folder.files.length)).toEqual(counts)
      expect([...sent.values()].every((folder) => folder.closed === 1)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('2,500 empty folders go in three messages', () => {
  const folders = Array.from({ length: 2_500 }, (_, i) => listFolder(`f${i}`, 0))
  expect([...filesChunks(folders)].map((chunk) => chunk.folders.length)).toEqual([1_000, 1_000, 500])
})
