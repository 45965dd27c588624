import { expect, test } from 'vitest'
import type { SourceView } from '../../protocol/fleet.ts'
import type { MachineState } from '../../protocol/power.ts'
import { type LaneFacts, laneWaitsFor, waitsFor } from './waits-for.ts'

const awake = { since: null, yields: null, wake: null, usualMs: null, problem: null }
const asleep = { ...awake, since: '2026-01-01T10:00:00.000Z' }
const wake = { startedAt: '2026-01-01T12:00:00.000Z', packets: 3, byPerson: false }

let lastId = 0
const agent = (
  name: string,
  state: MachineState,
  lastSeenAt: string | null = null,
  models: string[] = [],
) => ({
  id: ++lastId,
  name,
  state,
  lastSeenAt,
  capabilities: [{ capability: 'ingest' as const, concurrency: 2 }],
  models,
  power: awake,
  sources: [] as SourceView[],
})

const lane: LaneFacts = {
  capability: 'ingest',
  model: null,
  kindPaused: false,
  library: null,
  runsOffline: false,
}
const library = { name: 'Photos', state: 'online', paused: false, vaultId: null, originals: null } as const

test.each([
  [[], 'Waits for a machine that offers “ingest”: none is known'],
  [[agent('nas', 'online')], null],
  [[agent('nas', 'offline'), agent('desk', 'online')], null],
  [
    [
      agent('nas', 'offline', '2026-01-02T03:04:05.000Z'),
      agent('desk', 'offline', '2026-02-02T03:04:05.000Z'),
    ],
    'Waits for a machine that offers “ingest”: “desk” is not connected, last seen 2026-02-02 03:04 UTC',
  ],
  [
    [agent('nas', 'offline')],
    'Waits for a machine that offers “ingest”: “nas” is not connected, last seen never',
  ],
  [
    [agent('nas', 'draining'), agent('desk', 'offline')],
    'Waits for a machine that offers “ingest”: “nas” takes no more work until it is resumed',
  ],
])('%j: %s', (agents, expected) => {
  expect(laneWaitsFor(lane, agents)).toBe(expected)
  expect(laneWaitsFor({ ...lane, capability: 'scan' }, agents)).toBe(
    'Waits for a machine that offers “scan”: none is known',
  )
})

test('work on a library’s files waits for its own vault, whoever else is there', () => {
  const [vault, other] = [agent('nas', 'offline'), agent('desk', 'online')]
  const own = { ...lane, library: { ...library, vaultId: vault.id } }
  expect(laneWaitsFor(own, [vault, other])).toContain('“nas” is not connected')
  expect(laneWaitsFor(own, [{ ...vault, state: 'online' }])).toBeNull()
})

test('work that reads originals waits for a machine with a proved source, and says what came of the others', () => {
  const [owner, worker] = [agent('nas', 'offline'), agent('laptop', 'online')]
  const reading = { ...lane, library: { ...library, originals: { libraryId: 7, ownerId: owner.id } } }
  const source: SourceView = {
    libraryId: 7,
    libraryName: 'Photos',
    place: 0,
    kind: 'smb',
    label: 'smb://nas/photos',
    state: 'proved',
    reason: null,
    megabytesPerSecond: 110,
    firstByteMs: 3,
    checkedAt: '2026-01-02T03:04:05.000Z',
  }
  const waits = (sources: SourceView[]) => laneWaitsFor(reading, [{ ...worker, sources }])
  expect(waits([])).toBe(
    'Waits for a machine that reads the originals of library “Photos”: no source of “laptop” has been proved for it yet',
  )
  expect(waits([{ ...source, state: 'failed', reason: 'Cannot log in to nas: the password is wrong' }])).toBe(
    'Waits for a machine that reads the originals of library “Photos”: on “laptop”, smb://nas/photos failed: Cannot log in to nas: the password is wrong',
  )
  expect(waits([{ ...source, libraryId: 8 }])).toContain('no source of “laptop”')
  expect(waits([source])).toBeNull()
  expect(laneWaitsFor(reading, [{ ...owner, state: 'online' }])).toBeNull()
})

test('a model that nobody has is named, and one that somebody has is enough', () => {
  const wanting = { ...lane, model: 'yolo11n' }
  expect(laneWaitsFor(wanting, [agent('desk', 'online')])).toBe(
    'Waits for model “yolo11n” on a machine that offers “ingest”',
  )
  expect(laneWaitsFor(wanting, [agent('desk', 'online', null, ['yolo11n'])])).toBeNull()
})

test('what a person has paused is said before everything else', () => {
  expect(laneWaitsFor({ ...lane, kindPaused: true }, [])).toMatch(/^Paused: this kind/)
  expect(laneWaitsFor({ ...lane, library: { ...library, paused: true } }, [])).toMatch(
    /^Paused: library “Photos”/,
  )
})

test('work of an offline library waits for it; its scan, which finds out, does not', () => {
  const offline = { ...lane, library: { ...library, state: 'offline' as const } }
  const agents = [agent('nas', 'online')]
  expect(laneWaitsFor(offline, agents)).toBe('Waits for library “Photos”, which is offline')
  expect(laneWaitsFor({ ...offline, runsOffline: true }, agents)).toBeNull()
})

test('a job that was put off waits for its time first', () => {
  const runAfter = new Date('2026-01-01T00:10:00Z')
  expect(waitsFor({ waiting: true, runAfter, after: null }, lane, [])).toBe(
    'Is tried again at 2026-01-01 00:10 UTC',
  )
  expect(waitsFor({ waiting: false, runAfter, after: null }, lane, [agent('nas', 'online')])).toBeNull()
})

test('a job that comes after another names it, and says when that one needs somebody', () => {
  const after = (state: string) => ({
    waiting: true,
    runAfter: Number.POSITIVE_INFINITY,
    after: { id: 7, state },
  })
  expect(waitsFor(after('leased'), lane, [])).toBe('Waits for job 7')
  expect(waitsFor(after('dead'), lane, [])).toContain('try that one again')
})

test.each([
  ['asleep', asleep, '“desk” is asleep since 2026-01-01 10:00 UTC'],
  ['waking', { ...asleep, wake }, '“desk” is asleep since 2026-01-01 10:00 UTC, waking (try 3)'],
  [
    'waking',
    { ...asleep, wake, usualMs: 40_400 },
    '“desk” is asleep since 2026-01-01 10:00 UTC, waking (try 3), usually back in 40 s',
  ],
  ['booting', { ...awake, wake }, '“desk” is starting'],
  ['unreachable', { ...asleep, problem: 'It did not answer' }, '“desk” cannot be woken: It did not answer'],
  ['online', { ...awake, yields: 'somebody uses it' }, '“desk” yields: somebody uses it'],
] as const)('work that waits for a machine which is %s says so: %j', (state, power, expected) => {
  expect(laneWaitsFor(lane, [{ ...agent('desk', state), power }])).toBe(
    `Waits for a machine that offers “ingest”: ${expected}`,
  )
})

test('of several machines that are away the one is named that is back soonest', () => {
  const agents = [
    agent('a', 'unreachable'),
    agent('b', 'waking'),
    agent('c', 'asleep'),
    agent('d', 'offline'),
  ]
  expect(laneWaitsFor(lane, agents)).toContain('“b”')
})
