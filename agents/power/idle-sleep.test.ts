import { expect, test } from 'vitest'
import { IdleSleep } from './idle-sleep.ts'
import { fakeRuntime } from './testing/fake-runtime.ts'
import { silent } from './testing/silent.ts'

type Options = {
  stay?: () => boolean
  failure?: string
  inputIdleMs?: number
  yields?: boolean
  command?: string[] | null
}

function makeSleep({ stay, failure, inputIdleMs, yields, command = ['sleep-now'] }: Options = {}) {
  const runtime = fakeRuntime(stay)
  const sleep = new IdleSleep({
    ...runtime,
    log: silent,
    command,
    run: async (argv) => {
      runtime.diary.push(`run: ${argv.join(' ')}`)
      return failure ?? null
    },
    inputIdleMs: async () => inputIdleMs ?? null,
    isYieldingToPerson: () => yields ?? false,
    worksAgainAt: () => undefined,
    letSleep: () => void runtime.diary.push('let sleep'),
    stillAwakeMs: 5_000,
  })
  sleep.afterMs = 3_000
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      sleep.tick(1_000)
      await new Promise(setImmediate)
    }
  }
  return { ...runtime, sleep, pass }
}

const slept = ['release', 'rest', 'let sleep', 'run: sleep-now']

test('without work for so long everything is given back, the coordinator told, and the command run', async () => {
  const t = makeSleep()
  await t.pass(2)
  expect(t.diary).toEqual([])
  await t.pass(1)
  expect(t.diary).toEqual(slept)
  expect(t.reports).toMatchObject([{ state: 'sleeping', because: 'idle' }])
})

test('work, a lost coordinator or a person at the machine begin the time anew', async () => {
  const t = makeSleep()
  for (const what of ['isIdle', 'isGreeted'] as const) {
    await t.pass(2)
    t.state[what] = false
    await t.pass(5)
    t.state[what] = true
  }
  await t.pass(2)
  expect(t.diary).toEqual([])
  const yielding = makeSleep({ yields: true })
  await yielding.pass(10)
  expect(yielding.diary).toEqual([])
})

test('whoever has touched the machine since is not interrupted', async () => {
  const t = makeSleep({ inputIdleMs: 1_000 })
  await t.pass(10)
  expect(t.diary).toEqual([])
  const longAgo = makeSleep({ inputIdleMs: 3_000 })
  await longAgo.pass(3)
  expect(longAgo.diary).toEqual(slept)
})

test('work that has come meanwhile keeps it awake', async () => {
  const t = makeSleep({ stay: () => true })
  await t.pass(3)
  expect(t.diary).toEqual(['release', 'resume'])
})

test('awake again, it works when the coordinator has accepted who it is, not before', async () => {
  const t = makeSleep()
  await t.pass(3)
  t.sleep.greeted()
  expect(t.diary).toEqual([...slept, 'resume'])
  t.sleep.greeted()
  expect(t.diary).toEqual([...slept, 'resume'])
})

test('a command that fails is told, and the machine works on', async () => {
  const t = makeSleep({ failure: 'The sleep command ended with 1' })
  await t.pass(3)
  expect(t.diary).toEqual([...slept, 'resume', 'redial: this machine could not be put to sleep'])
  t.reporter.tell()
  expect(t.reports.at(-1)).toMatchObject({ state: 'awake', problem: 'The sleep command ended with 1' })
})

test('a machine that is still awake long after its command goes on', async () => {
  const t = makeSleep()
  await t.pass(3 + 4)
  expect(t.diary).toEqual(slept)
  await t.pass(1)
  expect(t.diary.slice(slept.length)).toEqual([
    'resume',
    expect.stringMatching(/^redial: .*still awake after 5 seconds/),
  ])
})

test('a system that sleeps by itself is told apart, and needs no command', async () => {
  const t = makeSleep({ command: null, stay: () => true })
  await t.sleep.suspend()
  expect(t.diary).toEqual(['release', 'rest'])
  expect(t.reports).toMatchObject([{ state: 'sleeping', because: 'system' }])
  t.sleep.resume()
  expect(t.diary.slice(2)).toEqual(['resume', 'redial: this machine has slept'])
})

test('a person may ask for it, and running work is finished first', async () => {
  const t = makeSleep()
  t.sleep.afterMs = null
  t.state.isIdle = false
  t.sleep.askToSleep()
  await t.pass(10)
  expect(t.diary).toEqual([])
  t.state.isIdle = true
  await t.pass(1)
  expect(t.diary).toEqual(slept)
  expect(t.reports).toMatchObject([{ because: 'asked' }])
  const without = makeSleep({ command: null })
  without.sleep.askToSleep()
  await without.pass(10)
  expect(without.diary).toEqual([])
})

test.each(['resume', 'greeted'] as const)(
  'a machine that slept before it had said so, and learns that by “%s”, does not rest again',
  async (how) => {
    const t = makeSleep({
      command: null,
      stay: () => {
        t.sleep[how]()
        return false
      },
    })
    await t.sleep.suspend()
    expect(t.diary).toEqual(['release', 'rest', 'resume', 'redial: this machine has slept'])
    await t.sleep.suspend()
    expect(t.diary.slice(4, 6)).toEqual(['release', 'rest'])
  },
)
