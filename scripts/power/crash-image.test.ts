import { expect, test } from 'vitest'
import { type LossKind, lossKinds, makeCrashImage } from './crash-image.ts'
import { DiskModel } from './disk-model.ts'
import { SeededRandom } from './seeded-random.ts'

const SECTORS = 40
const SIZE = SECTORS * 512

/** A file of a's that is on the disk, overwritten by b's and then by c's that may be. */
function overwrittenFile(): DiskModel {
  const model = new DiskModel()
  const write = (letter: string) =>
    model.apply({
      type: 'write',
      file: 1,
      at: 0,
      bytes: { length: SIZE, data: Buffer.alloc(SIZE, letter) },
    })
  model.apply({ type: 'open', file: 0, path: '.' })
  model.apply({ type: 'create', path: 'data' })
  model.apply({ type: 'open', file: 1, path: 'data' })
  write('a')
  for (const file of [0, 1]) {
    model.apply({ type: 'sync-start', file, sync: file })
    model.apply({ type: 'sync-end', sync: file })
  }
  write('b')
  write('c')
  return model
}

function contents(model: DiskModel, kind: LossKind, count: number): string[] {
  return Array.from({ length: count }, (_, seed) =>
    makeCrashImage(model, kind, new SeededRandom(seed)).files.get('data')!.toString(),
  )
}

test('every sector is one that was written, whole', () => {
  const model = overwrittenFile()
  for (const kind of lossKinds) {
    for (const content of contents(model, kind, 50)) {
      expect(content).toMatch(/^(a{512}|b{512}|c{512})*$/)
      expect(content).toHaveLength(SIZE)
    }
  }
})

test('sectors of the old, of what replaced it and of the newest are found in one file', () => {
  const seen = contents(overwrittenFile(), 'each file for itself', 100).map((content) =>
    [...new Set(content)].sort().join(''),
  )
  expect(seen).toContain('abc')
  expect(seen).toContain('a')
  expect(seen).toContain('c')
})

test('nothing lost is what the process saw, all lost is what was synced', () => {
  const model = overwrittenFile()
  expect(contents(model, 'nothing lost', 1)).toEqual(['c'.repeat(SIZE)])
  expect(contents(model, 'all lost', 1)).toEqual(['a'.repeat(SIZE)])
})

test('a file that was growing may have its size without its content', () => {
  const model = new DiskModel()
  model.apply({ type: 'create', path: 'data' })
  model.apply({ type: 'open', file: 1, path: 'data' })
  model.apply({ type: 'write', file: 1, at: 0, bytes: { length: 2_048, data: Buffer.alloc(2_048, 'x') } })
  const found = Array.from({ length: 300 }, (_, seed) =>
    makeCrashImage(model, 'each file for itself', new SeededRandom(seed)).files.get('data'),
  )
  expect(found).toContain(undefined)
  expect(found.some((content) => content?.length === 0)).toBe(true)
  expect(
    found.some((content) => content?.length === 2_048 && content.includes(0) && content.includes('x')),
  ).toBe(true)
})

test('the same seed makes the same image', () => {
  const model = overwrittenFile()
  expect(contents(model, 'each file for itself', 20)).toEqual(contents(model, 'each file for itself', 20))
})
