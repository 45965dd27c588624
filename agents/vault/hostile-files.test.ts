import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileFamily } from '../../protocol/file-formats.ts'
import { childPids, readerPids } from './testing/reader-pids.ts'
import { runningVault } from './testing/running-vault.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { assetsFolder, assetsMissing } from './testing/test-assets.ts'
import { slowPicture, writeJpeg } from './testing/write-picture.ts'
import { findRssBytes } from './watch-memory.ts'

const SLOW = 'slow.png'
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let slow: Buffer

beforeAll(async () => {
  folder = await temporaryFolder()
  slow = await slowPicture(7_000)
  await writeFile(join(folder.path, SLOW), slow)
  await writeJpeg(folder.path, 'good.jpg')
  await writeJpeg(folder.path, 'other.jpg')
})
afterAll(async () => {
  await folder[Symbol.asyncDispose]()
})

const hashOfSlow = () => createHash('sha256').update(slow).digest('hex')

/** Sends a signal to the one reader that is busy with the slow picture, once it is decoding. */
async function signalDecoder(signal: NodeJS.Signals): Promise<void> {
  for (;;) {
    for (const pid of await readerPids()) {
      if (((await findRssBytes(pid)) ?? 0) < 130 * 1024 * 1024) continue
      process.kill(pid, signal)
      return
    }
    await sleep(10)
  }
}

describe.skipIf(process.platform !== 'linux')('a decoder that', () => {
  test('crashes leaves a hash and the word damaged, and others go on', async () => {
    await using running = await runningVault(folder.path)
    const [result, other] = await Promise.all([
      running.ingest(SLOW),
      running.ingest('good.jpg'),
      signalDecoder('SIGSEGV'),
    ])
    expect(result).toMatchObject({ contentHash: hashOfSlow(), derived: [], problem: { code: 'damaged' } })
    expect(result.media).toMatchObject({ widthPx: 7_000, heightPx: 7_000 })
    expect(other.problem).toBeNull()
    expect((await running.ingest('good.jpg')).derived).toHaveLength(3)
  })

  test('is killed by somebody else is tried once more, and then works', async () => {
    await using running = await runningVault(folder.path)
    const [result] = await Promise.all([running.ingest(SLOW), signalDecoder('SIGKILL')])
    expect(result).toMatchObject({ contentHash: hashOfSlow(), problem: null })
    expect(result.derived).toHaveLength(3)
  })

  test('hangs fails its job at the deadline, and the second time that is a fact about the file', async () => {
    await using running = await runningVault(folder.path, { imageTimeoutMs: 3_000 })
    const startedMs = performance.now()
    const first = expect(running.ingest(SLOW)).rejects.toMatchObject({ code: 'timed_out' })
    await Promise.all([first, signalDecoder('SIGSTOP')])
    expect(performance.now() - startedMs).toBeLessThan(8_000)
    expect((await running.ingest('good.jpg')).derived).toHaveLength(3)

    const [second] = await Promise.all([running.ingest(SLOW), signalDecoder('SIGSTOP')])
    expect(second).toMatchObject({ contentHash: hashOfSlow(), problem: { code: 'too_slow' } })
  })

  test('needs more memory than it may have is ended, and leaves a hash', async () => {
    await using running = await runningVault(folder.path, { maxDecoderRssBytes: 160 * 1024 * 1024 })
    const result = await running.ingest(SLOW)
    expect(result).toMatchObject({ contentHash: hashOfSlow(), problem: { code: 'too_much_memory' } })
    expect((await running.ingest('good.jpg')).derived).toHaveLength(3)
  })
})

test.skipIf(process.platform !== 'linux')(
  'an ExifTool that hangs fails its job, and the second time costs the file its tags and no more',
  async () => {
    await using running = await runningVault(folder.path, { metadataTimeoutMs: 2_500 })
    const stopExifTool = async () => {
      for (const pid of await childPids('stay_open')) process.kill(pid, 'SIGSTOP')
    }
    expect((await running.ingest('good.jpg')).metadata).not.toBeNull()
    await stopExifTool()
    await expect(running.ingest('good.jpg')).rejects.toMatchObject({ code: 'timed_out' })
    await running.ingest('other.jpg')
    await stopExifTool()
    const result = await running.ingest('good.jpg')
    expect(result).toMatchObject({ metadata: null, problem: null })
    expect(result.derived).toHaveLength(3)
    expect((await running.ingest('good.jpg')).metadata).not.toBeNull()
  },
)

test.skipIf(process.platform !== 'linux')(
  'an ExifTool that was killed is replaced, and its file has tags',
  async () => {
    await using running = await runningVault(folder.path)
    await running.ingest('good.jpg')
    const pids = await childPids('stay_open')
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    const reading = running.ingest('good.jpg')
    // Busy once the reader has opened the file; killed at any moment before it makes no difference.
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    expect((await reading).metadata).not.toBeNull()
    expect(await childPids('stay_open')).not.toEqual(pids)
  },
)

test('no reader and no ExifTool is left when a vault stops', async () => {
  const running = await runningVault(folder.path)
  await Promise.all([running.ingest('good.jpg'), running.ingest(SLOW)])
  await running[Symbol.asyncDispose]()
  if (process.platform !== 'linux') return
  expect(await readerPids()).toEqual([])
  expect(await childPids('stay_open')).toEqual([])
})

test('pictures too large for their kind are refused by their header', async () => {
  await using bombs = await temporaryFolder()
  const flat = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#888' } })
  await writeFile(
    join(bombs.path, 'progressive.jpg'),
    await flat(10_000).jpeg({ progressive: true }).toBuffer(),
  )
  await writeFile(join(bombs.path, 'huge.png'), pngHeader(65_500, 65_500))
  await writeFile(join(bombs.path, 'interlaced.png'), pngHeader(16_000, 16_000, true))
  await using running = await runningVault(bombs.path)
  for (const name of ['progressive.jpg', 'huge.png', 'interlaced.png']) {
    const result = await running.ingest(name)
    expect(result).toMatchObject({ derived: [], problem: { code: 'too_large' } })
  }
})

describe.skipIf(assetsMissing !== undefined)(
  `malformed files${assetsMissing ? ` (${assetsMissing})` : ''}`,
  () => {
    test('none crashes, hangs or fills anything, and each has a result', async () => {
      const root = join(assetsFolder, 'malformed')
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      const files = entries
        .filter((entry) => entry.isFile() && fileFamily(entry.name) !== null)
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      expect(files.length).toBeGreaterThan(50)
      await using running = await runningVault(root)
      const queue = [...files]
      let worstRssBytes = 0
      await Promise.all(
        [0, 1].map(async () => {
          for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
            // One that hangs would fail with `timed_out`.
            const result = await running.ingest(file)
            expect(result.contentHash).toHaveLength(64)
            for (const pid of await readerPids())
              worstRssBytes = Math.max(worstRssBytes, (await findRssBytes(pid)) ?? 0)
          }
        }),
      )
      expect(worstRssBytes).toBeLessThan(1024 ** 3)
    })
  },
)

/** A PNG that consists of its header: what a decoder learns before it decides. */
function pngHeader(widthPx: number, heightPx: number, interlaced = false): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const head = Buffer.alloc(4)
    head.writeUInt32BE(data.length)
    const tail = Buffer.alloc(4)
    tail.writeUInt32BE(crc32(body))
    return Buffer.concat([head, body, tail])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  header.set([8, 2, 0, 0, interlaced ? 1 : 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const pixels = deflateSync(Buffer.alloc(100))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
