import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { KeepAwake } from './keep-awake.ts'
import { keepAwakeCommand } from './keep-awake-command.ts'
import { SuspendWatch } from './suspend-watch.ts'
import { fakeSystem } from './testing/fake-system.ts'
import { silent } from './testing/silent.ts'

const poll = (ask: () => unknown) => expect.poll(ask, { timeout: 20_000, interval: 20 })
const isLinux = process.platform === 'linux'
const blocked = 'held --what=sleep:idle --mode=block'
const delayed = 'held --what=sleep --mode=delay'

test('each system is asked in its own way', () => {
  expect(keepAwakeCommand('linux', 7)?.slice(0, 3)).toEqual([
    'systemd-inhibit',
    '--what=sleep:idle',
    '--mode=block',
  ])
  expect(keepAwakeCommand('darwin', 7)).toEqual(['caffeinate', '-i', '-w', '7'])
  const [program, ...parameters] = keepAwakeCommand('win32', 7)!
  expect(program).toBe('powershell')
  expect(parameters.at(-1)).toContain('SetThreadExecutionState')
  expect(keepAwakeCommand('aix', 7)).toBeUndefined()
})

test.runIf(isLinux)('sleep is held off while jobs run and a little longer', async () => {
  using system = fakeSystem()
  const keepAwake = new KeepAwake({ log: silent, searchPath: system.searchPath, lingerMs: 300 })
  keepAwake.update(true)
  await poll(system.read).toEqual([blocked])
  keepAwake.update(false)
  keepAwake.update(true)
  keepAwake.update(false)
  await poll(system.read).toEqual([blocked, 'let go'])
  keepAwake.update(true)
  await poll(system.read).toEqual([blocked, 'let go', blocked])
  keepAwake.stop()
  await poll(system.read).toEqual([blocked, 'let go', blocked, 'let go'])
})

test('a system that does not let itself be kept awake is asked once, and that is said', async () => {
  const log: string[] = []
  const keepAwake = new KeepAwake({
    log: pino({ level: 'info' }, { write: (line) => void log.push(line) }),
    searchPath: '/nowhere',
    platform: 'linux',
    lingerMs: 0,
  })
  keepAwake.update(true)
  await poll(() => log.length).toBe(1)
  keepAwake.stop()
  keepAwake.update(true)
  keepAwake.stop()
  expect(log).toHaveLength(1)
})

test.runIf(isLinux)(
  'the system waits until everything is given back, and is held up again when it is awake',
  async () => {
    using system = fakeSystem()
    const { promise: givenBack, resolve: giveBack } = Promise.withResolvers<void>()
    const diary: string[] = []
    const watch = new SuspendWatch({
      log: silent,
      searchPath: system.searchPath,
      onSuspend: () => {
        diary.push('suspend')
        return givenBack
      },
      onResume: () => void diary.push('resume'),
    })
    watch.start()
    await poll(system.read).toEqual([delayed])
    system.signal(true)
    await poll(() => diary).toEqual(['suspend'])
    expect(system.read()).toEqual([delayed])
    giveBack()
    await poll(system.read).toEqual([delayed, 'let go'])
    system.signal(false)
    await poll(() => diary).toEqual(['suspend', 'resume'])
    await poll(system.read).toEqual([delayed, 'let go', delayed])
    watch.stop()
    await poll(() => system.read().length).toBe(4)
  },
)

test.runIf(isLinux)('locks and listeners end with an agent that is killed', async () => {
  using system = fakeSystem()
  const script = `
    import { KeepAwake } from ${JSON.stringify(join(import.meta.dirname, 'keep-awake.ts'))}
    import { SuspendWatch } from ${JSON.stringify(join(import.meta.dirname, 'suspend-watch.ts'))}
    import { pino } from 'pino'
    const options = { log: pino({ level: 'silent' }), searchPath: ${JSON.stringify(system.searchPath)} }
    new KeepAwake(options).update(true)
    new SuspendWatch({ ...options, onSuspend: async () => {}, onResume: () => {} }).start()
    setInterval(() => {}, 1_000)`
  const agent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: import.meta.dirname,
  })
  await poll(() => system.read().toSorted()).toEqual([delayed, blocked].toSorted())
  const listener = () => readCommands().filter((command) => command.includes(join(system.folder, 'signals')))
  await poll(() => listener().length).toBe(1)
  await kill(agent)
  await poll(() => system.read().filter((line) => line === 'let go').length).toBe(2)
  await poll(listener).toEqual([])
})

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Of all listeners that run. */
function readCommands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((command) => command.startsWith('tail '))
}
