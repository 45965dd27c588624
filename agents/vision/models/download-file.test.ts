import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProgram } from '../../../config/test-environment.ts'
import { type DownloadOptions, downloadFile } from './download-file.ts'
import { redirectTarget } from './redirect-target.ts'
import { FileServer } from './testing/file-server.ts'

const content = randomBytes(300_000)
const sha256 = createHash('sha256').update(content).digest('hex')

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-download-'))
  path = join(folder, 'model.onnx')
})
afterEach(() => rm(folder, { recursive: true }))

function download(server: FileServer, options: DownloadOptions = {}) {
  const file = { name: 'model.onnx', url: server.url, sha256, sizeBytes: content.length }
  return downloadFile(file, path, { firstPauseMs: 1, ...options })
}

test('a file arrives under its name, whole, with its progress told', async () => {
  await using server = await FileServer.start(content)
  const received: number[] = []
  await download(server, { onProgress: (bytes) => received.push(bytes) })
  expect(await readFile(path)).toEqual(content)
  expect(await readdir(folder)).toEqual(['model.onnx'])
  expect(received[0]).toBe(0)
  expect(received.at(-1)).toBe(content.length)
  expect(received).toEqual([...received].sort((a, b) => a - b))
})

test('what was cut off goes on where it was', async () => {
  await using server = await FileServer.start(content)
  let hangUp = () => {}
  server.whim = (request, response, count) => {
    if (count === 3) return undefined
    hangUp = () => response.destroy()
    return server.fallSilent(request, response, 100_000)
  }
  // Not before it has come through: what is on its way when a line breaks is lost.
  await download(server, { onProgress: (bytes) => bytes === server.ranges.length * 100_000 && hangUp() })
  expect(await readFile(path)).toEqual(content)
  expect(server.ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-'])
})

test('another process goes on where the first was killed', async () => {
  await using server = await FileServer.start(content)
  const abort = new AbortController()
  server.whim = (request, response, count) =>
    count === 1 ? server.fallSilent(request, response, 100_000) : undefined
  const first = download(server, {
    signal: abort.signal,
    onProgress: (bytes) => {
      if (bytes === 100_000) abort.abort()
    },
  })
  await expect(first).rejects.toThrow()
  expect((await readdir(folder)).sort()).toEqual(['model.onnx.part', 'model.onnx.part.json'])
  await download(server)
  expect(await readFile(path)).toEqual(content)
  expect(server.ranges).toEqual([undefined, 'bytes=100000-'])
})

test('of two that fetch the same file the slower one leaves what the quicker one has finished', async () => {
  await using server = await FileServer.start(content)
  let hangUp = () => {}
  server.whim = (request, response, count) => {
    if (count > 1) return undefined
    hangUp = () => response.destroy()
    return server.fallSilent(request, response, 100_000)
  }
  let quicker: Promise<void> | undefined
  const slower = download(server, {
    onProgress: (bytes) => {
      if (bytes === 100_000) quicker ??= download(server).finally(hangUp)
    },
  })
  await slower
  await quicker
  expect(await readFile(path)).toEqual(content)
  expect(await readdir(folder)).toEqual(['model.onnx'])
  expect(server.ranges).toEqual([undefined, 'bytes=100000-'])
})

test('a file that has changed meanwhile is not put together of two', async () => {
  await using server = await FileServer.start(randomBytes(content.length))
  let change = () => {}
  server.whim = (request, response, count) => {
    if (count > 1) return undefined
    change = () => {
      server.content = content
      server.etag = '"two"'
      response.destroy()
    }
    return server.fallSilent(request, response, 100_000)
  }
  await download(server, { onProgress: (bytes) => bytes === 100_000 && change() })
  expect(server.ranges).toEqual([undefined, 'bytes=100000-'])
  expect(await readFile(path)).toEqual(content)
})

test('halves of two files are found out where the server does not say so, and fetched anew', async () => {
  await using server = await FileServer.start(content)
  await writeFile(`${path}.part`, randomBytes(100_000))
  await writeFile(`${path}.part.json`, JSON.stringify({ url: server.url, validator: null }))
  await download(server)
  expect(await readFile(path)).toEqual(content)
  expect(server.ranges).toEqual(['bytes=100000-', undefined])
})

test('another file is not kept', async () => {
  await using server = await FileServer.start(randomBytes(content.length))
  await expect(download(server)).rejects.toMatchObject({ code: 'model_broken' })
  expect(await readdir(folder)).toEqual([])
})

test('a file that is too large is not taken, whether it says so or not', async () => {
  await using server = await FileServer.start(Buffer.concat([content, Buffer.alloc(1)]))
  await expect(download(server)).rejects.toMatchObject({ code: 'model_broken' })
  server.whim = (_, response) => {
    // Without a length: in chunks, without an end.
    const more = () => response.write(content, () => response.destroyed || setImmediate(more))
    more()
    return true
  }
  await expect(download(server)).rejects.toThrow('more than the 300000 bytes')
  expect(server.ranges).toHaveLength(2)
})

test('a server that is busy is asked again, one that says no is not', async () => {
  await using server = await FileServer.start(content)
  const pauses: number[] = []
  const answer = (status: number, until: number) => {
    server.whim = (_, response, count) => {
      if (count > until) return undefined
      response.writeHead(status).end()
      return true
    }
  }
  answer(503, 3)
  await download(server, { onPause: (_, pauseMs) => pauses.push(pauseMs) })
  expect(await readFile(path)).toEqual(content)
  expect(pauses).toEqual([1, 2, 4])

  await rm(path)
  answer(404, 100)
  const before = server.ranges.length
  await expect(download(server)).rejects.toMatchObject({ code: 'not_found' })
  expect(server.ranges).toHaveLength(before + 1)
  answer(503, 100)
  await expect(download(server)).rejects.toMatchObject({ code: 'unavailable' })
})

test('a server that sends nothing any more is left', async () => {
  await using server = await FileServer.start(content)
  server.whim = (request, response, count) =>
    count === 1 ? server.fallSilent(request, response, 100_000) : undefined
  await download(server, { stallMs: 500 })
  expect(server.ranges).toEqual([undefined, 'bytes=100000-'])
})

test('redirects are followed, and not without end', async () => {
  await using server = await FileServer.start(content)
  server.whim = (request, response) => {
    if (request.url === '/elsewhere') return undefined
    response.writeHead(302, { location: '/elsewhere' }).end()
    return true
  }
  await download(server)
  expect(await readFile(path)).toEqual(content)
  server.whim = (_, response) => {
    response.writeHead(302, { location: '/again' }).end()
    return true
  }
  await rm(path)
  await expect(download(server)).rejects.toMatchObject({ code: 'forbidden' })
})

test('a redirect never leads from an encrypted address to one that is not', () => {
  const from = new URL('https://models.example/a/b')
  expect(redirectTarget(from, '../c').href).toBe('https://models.example/c')
  expect(redirectTarget(new URL('http://x.example'), 'http://y.example').host).toBe('y.example')
  for (const location of ['http://models.example/a', 'ftp://models.example/a', 'file:///etc/passwd', null]) {
    expect(() => redirectTarget(from, location)).toThrow(/not encrypted|none/)
  }
})

test.skipIf(process.getuid?.() !== 0 || !findProgram('unshare'))(
  'a disk that is full in the middle is named, and what is there stays for the next try',
  async () => {
    await using server = await FileServer.start(content)
    const disk = join(folder, 'disk')
    await mkdir(disk)
    const script = join(import.meta.dirname, 'testing', 'download.ts')
    const inSmallDisk = 'mount -t tmpfs -o size=128k tmpfs "$1" && shift && "$@" && ls "$(dirname "$4")"'
    const args = ['--mount', 'sh', '-c', inSmallDisk, 'sh', disk, process.execPath, script]
    const { stdout } = await promisify(execFile)('unshare', [
      ...args,
      server.url,
      join(disk, 'model.onnx'),
      sha256,
      String(content.length),
    ])
    expect(stdout).toContain('"code":"disk_full"')
    expect(stdout).toContain(`The disk with ${disk}`)
    expect(stdout).toContain('model.onnx.part')
  },
)
