import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../vault/testing/temporary-folder.ts'
import { Cage } from './cage.ts'
import { forkCaged } from './fork-caged.ts'
import { openCage } from './open-cage.ts'
import type { Orders, Outcomes } from './testing/prisoner.ts'

const script = (name: string) => fileURLToPath(new URL(`./testing/${name}.ts`, import.meta.url))
const cage = await openCage()
const cannot = cage.missing.map(({ part, reason }) => `${part}: ${reason}`).join(', ')
const inCage = test.skipIf(cannot !== '')

const allowed = ['read a picture', 'list the library', 'write a temporary file']

/** A library, a key beside it, services that answer, and a process that tries its worst. */
async function tryEverything(around: Cage): Promise<{ outcomes: Outcomes; environment: string[] }> {
  await using folder = await temporaryFolder()
  const [library, work, key] = ['library', 'work', 'agent-key.pem'].map((name) => join(folder.path, name))
  const orders: Orders = {
    ...{ library: library!, work: work!, key: key!, port: 0, socket: join(folder.path, 'service') },
  }
  await mkdir(orders.library)
  await mkdir(orders.work)
  await writeFile(orders.key, 'secret')
  await writeFile(join(orders.library, 'a.jpg'), 'picture')
  const services = [await listening(0), await listening(orders.socket)]
  const address = services[0]?.address()
  orders.port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const child = forkCaged(around, script('prisoner'), [], {
    reads: [orders.library],
    writes: [orders.work],
  })
  try {
    child.send(orders)
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    return message
  } finally {
    child.kill('SIGKILL')
    for (const service of services) service.close()
  }
}

async function listening(where: number | string): Promise<Server> {
  const server = createServer((socket) => socket.end())
  if (typeof where === 'number') server.listen(where, '127.0.0.1')
  else server.listen(where)
  await once(server, 'listening')
  return server
}

inCage('a decoder that was taken over reaches nothing but the pictures it was to read', async () => {
  process.env.HEARTH_TEST_SECRET = 'secret'
  const { outcomes, environment } = await tryEverything(cage)
  const done = Object.entries(outcomes).filter(([, outcome]) => outcome === 'done')
  expect(done.map(([name]) => name)).toEqual(allowed)
  expect(environment).not.toContain('HEARTH_TEST_SECRET')
})

test('the same attempts succeed without a cage, so that it is the cage that stops them', async () => {
  const { outcomes } = await tryEverything(Cage.none('for comparison'))
  const harmless = Object.entries(outcomes).filter(([name]) => /read|connect|port|run|write into/.test(name))
  expect(harmless.length).toBeGreaterThan(6)
  for (const [name, outcome] of harmless) expect(outcome, name).toBe('done')
})

inCage('a caged process ends with the process that started it', async () => {
  const parent = spawn(process.execPath, [script('lazy-parent')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(parent.stdout, 'data')
  const pid = Number(String(said))
  expect((await stat(`/proc/${pid}`)).isDirectory()).toBe(true)
  parent.kill('SIGKILL')
  await expect
    .poll(() => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => 'gone'), { timeout: 5_000 })
    .toMatch(/^gone|\) Z /)
})

inCage('it is given no more memory than it may have', async () => {
  const fits = forkCaged(cage, script('hungry'), [String(64 * 1024 ** 2)], { maxDataBytes: 2 * 1024 ** 3 })
  expect(await once(fits, 'message')).toMatchObject([{ held: 64 * 1024 ** 2 }, undefined])
  fits.kill('SIGKILL')
  const tooMuch = forkCaged(cage, script('hungry'), [String(2 * 1024 ** 3)], { maxDataBytes: 2 * 1024 ** 3 })
  const [status] = await once(tooMuch, 'exit')
  expect(status).not.toBe(0)
})

inCage('a step that cannot be taken ends the process before its program runs', async () => {
  const { file, args } = cage.around({ file: '/bin/echo', args: ['ran'] }, {})
  const broken = args.map((word) => (word.startsWith('network:') ? 'network:00' : word))
  const child = spawn(file, broken, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part))
  expect(await once(child, 'close')).toEqual([125, null])
  expect(text).toMatch(/the cage cannot be made: network/)
})

test.each([
  ['darwin', 'arm64', /only Linux/],
  ['linux', 'mips', /processor of kind mips/],
] as const)('on %s %s all parts are missing, with the reason', async (platform, processor, reason) => {
  const { missing } = await openCage({ platform, processor })
  expect(missing.map(({ part }) => part)).toEqual(['limits', 'privileges', 'files', 'network'])
  for (const part of missing) expect(part.reason).toMatch(reason)
})

test('without Perl programs run as they are, and the reason is said', async () => {
  const without = await openCage({ perlPath: '/nowhere/perl', platform: 'linux', processor: 'x64' })
  expect(without.missing[0]?.reason).toMatch(/install perl/)
  expect(without.around({ file: '/bin/true', args: ['a'] }, {})).toEqual({ file: '/bin/true', args: ['a'] })
})
