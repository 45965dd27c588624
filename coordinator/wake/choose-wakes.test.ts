import { expect, test } from 'vitest'
import type { LaneFacts } from '../fleet/waits-for.ts'
import { chooseWakes, needsOf, type WaitingLane } from './choose-wakes.ts'
import type { Sleeper } from './sleeper.ts'
import { ago, makeSleeper, NOW } from './testing/make-sleeper.ts'

const facts: LaneFacts = {
  capability: 'detect',
  model: null,
  kindPaused: false,
  library: null,
  runsOffline: false,
}
const lane = (id: number, jobs: number, changes: Partial<LaneFacts> = {}): WaitingLane => ({
  id,
  lane: { ...facts, ...changes },
  jobs,
  oldestAt: ago(id * 1_000),
})
const wake = {
  id: 9,
  cause: 'work' as const,
  startedAt: NOW,
  packets: 1,
  lastPacketAt: NOW,
  answeredAt: null,
}
const report = {
  state: 'awake',
  because: null,
  notBefore: null,
  sleepsAfterMinutes: null,
  canSleep: false,
  relays: true,
  problem: null,
} as const
const there = { isConnected: true, asleepSince: null }
const chosenOf = (lanes: WaitingLane[], machines: Sleeper[]) =>
  chooseWakes(machines, needsOf(lanes, machines), NOW).map(({ machine, jobs }) => `${machine.id}: ${jobs}`)

test.each([
  ['work that only a sleeping machine can do wakes it', [makeSleeper()], ['1: 7']],
  ['not while somebody who is awake can do it', [makeSleeper(), makeSleeper({ id: 2, ...there })], []],
  [
    'one who is awake and makes room for a person does not count',
    [makeSleeper(), makeSleeper({ id: 2, ...there, report: { ...report, yields: 'somebody uses it' } })],
    ['1: 7'],
  ],
  ['nor one who is paused', [makeSleeper(), makeSleeper({ id: 2, ...there, isPaused: true })], ['1: 7']],
  ['of several that could do it one is woken', [makeSleeper(), makeSleeper({ id: 2 })], ['1: 7']],
  [
    'the one that has failed less',
    [makeSleeper({ failedWakes: 1, lastWakeEndedAt: ago(1e9) }), makeSleeper({ id: 2 })],
    ['2: 7'],
  ],
  [
    'the other one when the first may not',
    [makeSleeper({ policy: { wake: 'never' } }), makeSleeper({ id: 2 })],
    ['2: 7'],
  ],
  ['nobody while one is being woken for it', [makeSleeper({ wake }), makeSleeper({ id: 2 })], []],
  [
    'nobody who cannot do it',
    [makeSleeper({ capabilities: [{ capability: 'ingest', concurrency: 1 }] })],
    [],
  ],
])('%s', (_what, machines, expected) => {
  expect(chosenOf([lane(1, 7)], machines)).toEqual(expected)
})

test('what waits in several lanes is counted together', () => {
  const machines = [makeSleeper({ policy: { threshold: 10 } })]
  expect(chosenOf([lane(1, 7)], machines)).toEqual([])
  expect(chosenOf([lane(1, 7), lane(2, 3)], machines)).toEqual(['1: 10'])
  expect(needsOf([lane(1, 7), lane(2, 3)], machines).get(1)?.need.oldestAt).toEqual(ago(2_000))
})

test('work that rests by a person’s wish wakes nobody', () => {
  const machines = [makeSleeper()]
  expect(chosenOf([lane(1, 7, { kindPaused: true })], machines)).toEqual([])
  const library = { name: 'Photos', state: 'offline' as const, paused: false, vaultId: null, originals: null }
  expect(chosenOf([lane(1, 7, { library })], machines)).toEqual([])
})

test('a model, or a library’s own machine, says who can do it', () => {
  const [one, two] = [makeSleeper({ models: ['yolo'] }), makeSleeper({ id: 2 })]
  expect(chosenOf([lane(1, 7, { model: 'yolo' })], [two, one])).toEqual(['1: 7'])
  const library = { name: 'Photos', state: 'online' as const, paused: false, vaultId: 2, originals: null }
  expect(chosenOf([lane(1, 7, { library })], [one, two])).toEqual(['2: 7'])
})

test('two machines are woken for two kinds of work that neither can do alone', () => {
  const other = makeSleeper({ id: 2, capabilities: [{ capability: 'faces', concurrency: 1 }] })
  expect(chosenOf([lane(1, 7), lane(2, 4, { capability: 'faces' })], [makeSleeper(), other])).toEqual([
    '1: 7',
    '2: 4',
  ])
})
