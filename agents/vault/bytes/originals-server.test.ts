import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openCage } from '../../cage/open-cage.ts'
import { childPids } from '../testing/reader-pids.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { OriginalsServer } from './originals-server.ts'

const SIZE_BYTES = 3_000_001

async function startServer(options: { stallTimeoutMs?: number } = {}) {
  const folder = await temporaryFolder()
  const bytes = randomBytes(SIZE_BYTES)
  await writeFile(join(folder.path, 'a.jpg'), bytes)
  const server = new OriginalsServer({ cage: await openCage(), roots: [folder.path], ...options })
  return {
    bytes,
    open: (start: number, end: number, path = 'a.jpg') =>
      server.open({ root: folder.path, path, sizeBytes: SIZE_BYTES, start, end }),
    async [Symbol.asyncDispose]() {
      await server.stop()
      expect(await childPids('bytes/main.ts')).toEqual([])
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('several parts at once come whole, from one process', async () => {
  await using t = await startServer()
  const ranges = [
    [0, SIZE_BYTES - 1],
    [1, 1],
    [1_000_000, 2_000_000],
    [0, SIZE_BYTES - 1],
  ] as const
  const parts = await Promise.all(ranges.map(async ([start, end]) => buffer(await t.open(start, end))))
  for (const [index, [start, end]] of ranges.entries()) {
    expect(parts[index]?.equals(t.bytes.subarray(start, end + 1))).toBe(true)
  }
  if (process.platform === 'linux') expect(await childPids('bytes/main.ts')).toHaveLength(1)
})

test('what cannot be served says why, and the next part comes', async () => {
  await using t = await startServer()
  await expect(t.open(0, 9, 'b.jpg')).rejects.toMatchObject({ code: 'file_missing' })
  await expect(t.open(9, 0)).rejects.toMatchObject({ code: 'range_not_satisfiable' })
  expect(await buffer(await t.open(0, 9))).toEqual(t.bytes.subarray(0, 10))
})

test('a part that nobody wants any more does not hold up the others', async () => {
  await using t = await startServer()
  const left = await t.open(0, SIZE_BYTES - 1)
  left.read()
  left.destroy()
  expect((await buffer(await t.open(0, SIZE_BYTES - 1))).equals(t.bytes)).toBe(true)
})

test.skipIf(process.platform !== 'linux')(
  'a process that stops in the middle ends its parts with timed_out and is replaced',
  async () => {
    await using t = await startServer({ stallTimeoutMs: 1_000 })
    const part = await t.open(0, SIZE_BYTES - 1)
    for (const pid of await childPids('bytes/main.ts')) process.kill(pid, 'SIGSTOP')
    await expect(buffer(part)).rejects.toMatchObject({ code: 'timed_out' })
    expect((await buffer(await t.open(0, SIZE_BYTES - 1))).equals(t.bytes)).toBe(true)
  },
)

test.skipIf(process.platform !== 'linux')(
  'a process that was killed fails its parts and is replaced',
  async () => {
    await using t = await startServer()
    const part = await t.open(0, SIZE_BYTES - 1)
    for (const pid of await childPids('bytes/main.ts')) process.kill(pid, 'SIGKILL')
    await expect(buffer(part)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await buffer(await t.open(0, SIZE_BYTES - 1))).equals(t.bytes)).toBe(true)
  },
)
