import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const script = join(import.meta.dirname, 'testing', 'small-process.ts')

/** A real process, with the messages that it sends and the diary that it keeps. */
async function startProcess(behaviour: string) {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-process-'))
  const diary = join(folder, 'diary')
  const child = fork(script, [behaviour, diary], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  const exit = once(child, 'exit')
  let log = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const read = async () => (await readFile(diary, 'utf8').catch(() => '')).trim().split('\n')
  return {
    child,
    messages,
    read,
    log: () => log,
    /** Its status, when it is gone. */
    ended: async () => (await exit)[0] as number | null,
    until: (line: string) => expect.poll(read, { timeout: 20_000, interval: 10 }).toContain(line),
    ready: () => expect.poll(() => messages.length, { timeout: 20_000, interval: 10 }).toBe(1),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill('SIGKILL')
      await exit
      await rm(folder, { recursive: true })
    },
  }
}

const opened = ['open a', 'open b', 'open c']
const closed = ['close c', 'close b', 'close a']

test.each(['SIGTERM', 'SIGINT'] as const)('%s closes everything in reverse order', async (signal) => {
  await using t = await startProcess('serves')
  await t.ready()
  expect(t.messages).toEqual([{ type: 'ready', info: { port: 7 } }])
  t.child.kill(signal)
  expect(await t.ended()).toBe(0)
  expect(await t.read()).toEqual([...opened, ...closed])
})

test('what was opened before starting failed is closed, and the supervisor learns why', async () => {
  await using t = await startProcess('fails half-way')
  expect(await t.ended()).toBe(1)
  expect(await t.read()).toEqual(['open a', 'close a'])
  const error = { code: 'bad_request', message: 'Port 1 is in use: choose another' }
  expect(t.messages).toEqual([{ type: 'failed', error }])
  expect(JSON.parse(t.log())).toMatchObject({ level: 60, msg: error.message, code: error.code })
})

test('a second signal ends a process that hangs at once', async () => {
  await using t = await startProcess('hangs')
  await t.ready()
  t.child.kill('SIGTERM')
  await t.until('hanging')
  const startMs = performance.now()
  t.child.kill('SIGTERM')
  expect(await t.ended()).toBe(1)
  expect(performance.now() - startMs).toBeLessThan(5_000)
  expect(await t.read()).not.toContain('close a')
})

test('a process whose supervisor lets go closes everything', async () => {
  await using t = await startProcess('serves')
  await t.ready()
  t.child.disconnect()
  expect(await t.ended()).toBe(0)
  expect(await t.read()).toEqual([...opened, ...closed])
})

test('a process whose supervisor is killed closes everything and goes', async () => {
  await using t = await startProcess('supervises')
  await t.ready()
  const { childPid } = t.messages[0] as { childPid: number }
  t.child.kill('SIGKILL')
  await t.until('close a')
  expect(await t.read()).toEqual([...opened, ...closed])
  await expect.poll(() => isAlive(childPid), { timeout: 20_000 }).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a supervisor lost during the start leaves nothing open, also what is opened afterwards', async () => {
  await using t = await startProcess('starts slowly')
  await t.until('open a')
  t.child.disconnect()
  expect(await t.ended()).toBe(0)
  expect((await t.read()).toSorted()).toEqual([...closed.toReversed(), 'lost', ...opened])
})

test.each(['throws', 'rejects'])(
  'an error that nobody caught (%s) closes everything and says so',
  async (how) => {
    await using t = await startProcess(how)
    expect(await t.ended()).toBe(1)
    expect(await t.read()).toEqual([...opened, ...closed])
    expect(JSON.parse(t.log())).toMatchObject({ level: 60, msg: 'unexpected error; stopping' })
  },
)

test('an error that nobody caught ends the process, also when nobody reads its log any more', async () => {
  await using t = await startProcess('throws when told')
  await t.ready()
  t.child.stdout!.destroy()
  t.child.send('now')
  expect(await t.ended()).toBe(1)
  expect(await t.read()).toEqual([...opened, ...closed])
})

test('one thing that cannot be closed does not keep the others open', async () => {
  await using t = await startProcess('cannot close')
  await t.ready()
  t.child.kill('SIGTERM')
  expect(await t.ended()).toBe(0)
  expect(await t.read()).toEqual([...opened, 'close c', 'close a'])
})
