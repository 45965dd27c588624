import { expect, test } from 'vitest'
import { makeCrashImage } from './crash-image.ts'
import { DiskModel } from './disk-model.ts'
import type { DiskEvent } from './disk-record.ts'
import { SeededRandom } from './seeded-random.ts'

let lastSync = 0

const bytes = (text: string) => ({ length: text.length, data: Buffer.from(text) })
const make = (path: string, file: number): DiskEvent[] => [
  { type: 'create', path },
  { type: 'open', file, path },
]
const write = (file: number, text: string, at = 0): DiskEvent => ({
  type: 'write',
  file,
  at,
  bytes: bytes(text),
})
function sync(file: number): DiskEvent[] {
  lastSync += 1
  return [
    { type: 'sync-start', file, sync: lastSync },
    { type: 'sync-end', sync: lastSync },
  ]
}
const root: DiskEvent = { type: 'open', file: 0, path: '.' }

/** What is on the disk for certain, after these events. */
function durableAfter(...events: (DiskEvent | DiskEvent[])[]): Record<string, string> {
  const model = new DiskModel()
  for (const event of events.flat()) model.apply(event)
  const { files } = makeCrashImage(model, 'all lost', new SeededRandom(1))
  return Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]))
}

test('a file that is synced is lost when its folder is not', () => {
  expect(durableAfter(root, make('a', 1), write(1, 'text'), sync(1))).toEqual({})
  expect(durableAfter(root, make('a', 1), write(1, 'text'), sync(1), sync(0))).toEqual({ a: 'text' })
})

test('a file whose folder alone is synced is there and empty', () => {
  expect(durableAfter(root, make('a', 1), write(1, 'text'), sync(0))).toEqual({ a: '' })
})

test('a sync covers what was written before it began', () => {
  expect(
    durableAfter(
      root,
      make('a', 1),
      sync(0),
      write(1, 'early'),
      { type: 'sync-start', file: 1, sync: 900 },
      write(1, 'LATE!'),
      { type: 'sync-end', sync: 900 },
    ),
  ).toEqual({ a: 'early' })
})

test('a sync that has not ended covers nothing', () => {
  expect(
    durableAfter(root, make('a', 1), sync(0), write(1, 'text'), { type: 'sync-start', file: 1, sync: 901 }),
  ).toEqual({ a: '' })
})

test('a rename is not there before its folder is synced, and takes the content along', () => {
  const renamed = [
    root,
    make('draft', 1),
    write(1, 'new'),
    sync(1),
    make('a', 2),
    write(2, 'old'),
    sync(2),
    sync(0),
    { type: 'rename', from: 'draft', to: 'a' } as const,
  ]
  expect(durableAfter(...renamed)).toEqual({ draft: 'new', a: 'old' })
  expect(durableAfter(...renamed, sync(0))).toEqual({ a: 'new' })
})

test('a removed file comes back when its folder is not synced', () => {
  const removed = [
    root,
    make('a', 1),
    write(1, 'text'),
    sync(1),
    sync(0),
    { type: 'remove', path: 'a' } as const,
  ]
  expect(durableAfter(...removed)).toEqual({ a: 'text' })
  expect(durableAfter(...removed, sync(0))).toEqual({})
})

test('a truncated file has its old size until it is synced, and zeros where it grows again', () => {
  const cut = [
    root,
    make('a', 1),
    write(1, 'abcdef'),
    sync(1),
    sync(0),
    { type: 'truncate', path: 'a', sizeBytes: 2 } as const,
    write(1, 'z', 4),
  ]
  expect(durableAfter(...cut)).toEqual({ a: 'abcdef' })
  expect(durableAfter(...cut, sync(1))).toEqual({ a: 'ab\0\0z' })
})

test('a folder that is not synced takes everything in it along', () => {
  const inFolder = [
    root,
    { type: 'make-folder', path: 'f' } as const,
    { type: 'open', file: 9, path: 'f' } as const,
    make('f/a', 1),
    write(1, 'text'),
    sync(1),
    sync(9),
  ]
  expect(durableAfter(...inFolder)).toEqual({})
  expect(durableAfter(...inFolder, sync(0))).toEqual({ 'f/a': 'text' })
})

test('a record with a gap is refused', () => {
  expect(() => durableAfter({ type: 'truncate', path: 'never made', sizeBytes: 0 })).toThrow(/gap/)
})
