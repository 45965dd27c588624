import { expect, test } from 'vitest'
import { DiskReserve } from './disk-reserve.ts'
import { judgeSpace } from './full-disk.ts'

test.each([
  [true, 100, true],
  [true, 50, true],
  [true, 49, false],
  [false, 74, false],
  [false, 75, true],
])(
  'a database that takes writes (%s) with %i %% of its reserve left: %s',
  (writable, freeBytes, expected) => {
    expect(judgeSpace(writable, freeBytes, 100)).toBe(expected)
  },
)

test('data may be written until the reserve begins, and again when there is room', () => {
  let freeBytes = 1_000
  let looks = 0
  const reserve = new DiskReserve(400, () => {
    looks += 1
    return freeBytes
  })
  reserve.hold()
  const write = (bytes: number) => {
    if (!reserve.allows(bytes)) return false
    freeBytes -= bytes
    return true
  }
  expect(Array.from({ length: 8 }, () => write(100))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ])
  expect(freeBytes).toBe(400)
  // The file system is not asked for each write.
  expect(looks).toBe(3)
  freeBytes = 5_000
  expect(write(100)).toBe(true)
})

test('nothing is refused before the database is open: its recovery may need the reserve', () => {
  const reserve = new DiskReserve(400, () => 0)
  expect(reserve.allows(100)).toBe(true)
  reserve.hold()
  expect(reserve.allows(100)).toBe(false)
})
