import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { MAX_DERIVED_BYTES } from '../../protocol/api/transfer-routes.ts'
import { DerivedStore } from './derived-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'hearth-derived-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const pathOf = (root: string, hash: string) => join(root, 'derived', hash.slice(0, 2), hash.slice(2, 4), hash)

async function storeIn(name: string): Promise<{ store: DerivedStore; root: string }> {
  const root = join(folder, name)
  const store = new DerivedStore(root)
  await store.prepare()
  return { store, root }
}

/** Every file of the store, temporary ones included. */
async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'derived'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

test('what was put can be opened and is no longer missing', async () => {
  const { store } = await storeIn('put')
  const bytes = randomBytes(200_000)
  const hash = sha256(bytes)
  await expect(store.missing([hash])).resolves.toEqual([hash])
  await Promise.all([store.put(hash, Readable.from([bytes])), store.put(hash, Readable.from([bytes]))])
  await expect(store.missing([hash, 'f'.repeat(64)])).resolves.toEqual(['f'.repeat(64)])
  const file = await store.open(hash, bytes.length)
  expect((await file?.readFile())?.equals(bytes)).toBe(true)
  await file?.close()
})

test('other bytes than the hash names, too many, none and a broken stream leave nothing', async () => {
  const { store, root } = await storeIn('refuse')
  const hash = sha256(Buffer.from('right'))
  await expect(store.put(hash, Readable.from([Buffer.from('wrong')]))).rejects.toMatchObject({
    code: 'bad_request',
  })
  await expect(store.put(hash, Readable.from([]))).rejects.toMatchObject({ code: 'bad_request' })
  const chunk = Buffer.alloc(1024 * 1024)
  const endless = Readable.from({
    *[Symbol.iterator]() {
      for (let sent = 0; sent <= MAX_DERIVED_BYTES; sent += chunk.length) yield chunk
    },
  })
  await expect(store.put(hash, endless)).rejects.toMatchObject({ code: 'too_large' })
  const breaking = new Readable({
    read() {
      this.push(Buffer.from('ri'))
      this.destroy(new Error('connection lost'))
    },
  })
  await expect(store.put(hash, breaking)).rejects.toThrow('connection lost')
  expect(await filesOf(root)).toEqual([])
})

test('a shortened file is removed when it is asked for, so that it can be sent again', async () => {
  const { store, root } = await storeIn('short')
  const bytes = randomBytes(5_000)
  const hash = sha256(bytes)
  await store.put(hash, Readable.from([bytes]))
  truncateSync(pathOf(root, hash), 4_000)
  await expect(store.open(hash, bytes.length)).resolves.toBeUndefined()
  await expect(store.missing([hash])).resolves.toEqual([hash])
  await store.put(hash, Readable.from([bytes]))
  expect(readFileSync(pathOf(root, hash)).equals(bytes)).toBe(true)
})

test('a process killed while it stores leaves only whole files, and the next start tidies up', async () => {
  const root = join(folder, 'kill')
  const script = `
    import { createHash, randomBytes } from 'node:crypto'
    import { Readable } from 'node:stream'
    import { DerivedStore } from ${JSON.stringify(join(import.meta.dirname, 'derived-store.ts'))}
    const store = new DerivedStore(process.argv[1])
    await store.prepare()
    for (let stored = 0; ; stored += 1) {
      if (stored === 1) process.stdout.write('ready')
      const bytes = randomBytes(3_000_000)
      await store.put(createHash('sha256').update(bytes).digest('hex'), Readable.from([bytes.subarray(0, 1e6), bytes.subarray(1e6)]))
    }`
  for (let kill = 0; kill < 5; kill += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 20 + 17 * kill))
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await new DerivedStore(root).prepare()
  const names = await filesOf(root)
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) expect(sha256(readFileSync(pathOf(root, name)))).toBe(name)
})

test('a start leaves alone what another coordinator is storing, and tidies up what nobody stores', async () => {
  const root = join(folder, 'shared')
  const one = new DerivedStore(root, 'one')
  await one.prepare()
  const incoming = join(root, 'derived', 'incoming')
  const bytes = randomBytes(1_000)
  const source = new PassThrough()
  source.write(bytes.subarray(0, 500))
  const stored = one.put(sha256(bytes), source)
  await expect.poll(() => readdir(incoming)).toHaveLength(1)
  const forgotten = join(incoming, 'of-long-ago')
  writeFileSync(forgotten, 'half')
  utimesSync(forgotten, 0, 0)

  await new DerivedStore(root, 'two').prepare()
  expect(existsSync(forgotten)).toBe(false)
  source.end(bytes.subarray(500))
  await stored
  await expect(one.missing([sha256(bytes)])).resolves.toEqual([])
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/bin/mount')

test.skipIf(!canMount)('a full disk is said to be full and leaves nothing', async (context) => {
  const root = mkdtempSync(join(folder, 'full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root], { stdio: 'ignore' })
  } catch {
    context.skip('needs the right to mount a small tmpfs')
  }
  try {
    const store = new DerivedStore(root)
    await store.prepare()
    const large = randomBytes(2_000_000)
    await expect(store.put(sha256(large), Readable.from([large]))).rejects.toMatchObject({
      code: 'disk_full',
    })
    expect(await filesOf(root)).toEqual([])
    const small = randomBytes(100_000)
    await store.put(sha256(small), Readable.from([small]))
    expect(await filesOf(root)).toEqual([sha256(small)])
  } finally {
    execFileSync('umount', [root])
  }
})
