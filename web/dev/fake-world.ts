import type { ApiTokenView } from '../../protocol/api/account-routes.ts'
import type { DatabaseView } from '../../protocol/database.ts'
import type { TaskView } from '../../protocol/detections.ts'
import type { AgentView, JobKindSummary, LibraryView, ProblemView, ScanView } from '../../protocol/fleet.ts'
import type { WakePolicyChange } from '../../protocol/power.ts'
import type { SkippedPath } from '../../protocol/scan.ts'
import { FakeCuration } from './fake-curation.ts'
import { fakeDatabase } from './fake-database.ts'
import { FakeDetections } from './fake-detections.ts'
import { type FakeFailure, minutesAgo } from './fake-jobs.ts'
import { type FakeBucket, FakeLibrary } from './fake-library.ts'
import { fakeProviders, fakeTasks } from './fake-models.ts'
import { type FakePairing, fakePairing } from './fake-pairing.ts'
import type { FakePictures } from './fake-pictures.ts'
import { fakePower, sleepingAgents } from './fake-power.ts'
import { FakeQueue } from './fake-queue.ts'
import { fakeSources } from './fake-sources.ts'
import { fakeTokens } from './fake-tokens.ts'
import { seededRandom } from './seeded-random.ts'

export const scenarios = [
  'full',
  'million',
  'setup',
  'empty',
  'no-agent',
  'scanning',
  'starting',
  'busy',
  'broken',
  'damaged',
  'asleep',
] as const
export type Scenario = (typeof scenarios)[number]

export type FakeWorld = {
  scenario: Scenario
  needsSetup: boolean
  revision: number
  library: FakeLibrary
  curation: FakeCuration
  detections: FakeDetections
  tasks: TaskView[]
  /** Whether a model that understands words can be asked. */
  canSearch: boolean
  libraries: LibraryView[]
  agents: AgentView[]
  /** What people have changed of how machines are woken, by agent. */
  wakePolicies: Map<number, WakePolicyChange>
  pairing: FakePairing
  tokens: ApiTokenView[]
  queue: FakeQueue
  /** `away`: it does not answer. */
  database: DatabaseView | 'away'
  problems: ProblemView[]
  scans: ScanView[]
  skipped: SkippedPath[]
}

/** One state of a whole Hearth, ready to be looked at. */
export function createWorld(scenario: Scenario, pictures: FakePictures): FakeWorld {
  const library = new FakeLibrary(pictures, bucketsOf(scenario))
  const isBare = scenario === 'setup' || scenario === 'empty' || scenario === 'no-agent'
  const isBroken = scenario === 'broken'
  const isBusy = scenario === 'scanning' || scenario === 'starting' || scenario === 'busy'
  return {
    scenario,
    needsSetup: scenario === 'setup',
    revision: 1,
    library,
    curation: new FakeCuration(library, { seeded: scenario === 'broken' }),
    detections: new FakeDetections(library),
    tasks: fakeTasks(scenario, library.size),
    canSearch: !isBare && !isBroken,
    libraries: isBare ? [] : librariesOf(scenario, library.size),
    agents:
      scenario === 'no-agent'
        ? []
        : scenario === 'asleep'
          ? sleepingAgents(agentsOf(false, false))
          : agentsOf(isBroken, isBusy),
    wakePolicies: new Map(),
    pairing: fakePairing(scenario === 'busy'),
    tokens: fakeTokens(scenario === 'full'),
    queue: new FakeQueue(kindsOf(scenario, library.size), failuresOf(scenario)),
    database: fakeDatabase(
      isBroken ? 'attention' : scenario === 'damaged' ? 'damaged' : 'well',
      library.size,
    ),
    problems: isBare || isBusy ? [] : problemsOf(library),
    scans: isBare ? [] : scansOf(scenario, library.size),
    skipped: isBare ? [] : skippedPaths(),
  }
}

function bucketsOf(scenario: Scenario): FakeBucket[] {
  if (scenario === 'setup' || scenario === 'empty' || scenario === 'no-agent' || scenario === 'starting')
    return []
  if (scenario === 'scanning') return months(2024, 5, 9, () => 34)
  if (scenario === 'million') return months(2024, 5, 144, (at) => (at % 12 === 3 ? 14_000 : 6_309))
  const random = seededRandom(5)
  const buckets = months(2024, 5, 144, (at) =>
    at === 10 ? 3_000 : at === 0 ? 58 : Math.ceil(20 + random() ** 2 * 320),
  )
  return [...buckets, { bucket: 'undated', count: 17 }]
}

function months(year: number, month: number, count: number, sizeOf: (at: number) => number): FakeBucket[] {
  return Array.from({ length: count }, (_, at) => {
    const date = new Date(Date.UTC(year, month - 1 - at, 1))
    return { bucket: date.toISOString().slice(0, 7), count: sizeOf(at) }
  })
}

/** What a library begins with. */
export function newLibraryPolicy(): LibraryView['writeBack'] {
  return { mode: 'off', approval: false, quietMs: 10_000, naming: 'existing', mirrorRoot: null }
}

function librariesOf(scenario: Scenario, assets: number): LibraryView[] {
  const family: LibraryView = {
    id: 1,
    name: 'Photos',
    root: '/srv/media/Photos',
    agentId: 1,
    state: scenario === 'starting' ? 'new' : 'online',
    stateReason: null,
    ignoreGlobs: [],
    assets,
    files: scenario === 'starting' ? 214 : scenario === 'scanning' ? 1_204 : Math.round(assets * 1.21),
    paused: false,
    writeBack: newLibraryPolicy(),
    missing: 0,
    scanning: scenario === 'scanning' || scenario === 'starting',
    lastScanAt: scenario === 'starting' ? null : minutesAgo(34),
  }
  const slides = { ...family, id: 2, name: 'Scans of slides', root: '/mnt/slides' }
  if (scenario === 'busy') return [family, { ...slides, assets: 2_410, files: 2_410, paused: true }]
  if (scenario !== 'broken') return [family]
  return [
    {
      ...family,
      state: 'held',
      stateReason: 'The last scan did not find 1,204 of 8,311 files, all below “2019”.',
      missing: 1_204,
    },
    {
      ...slides,
      state: 'offline',
      stateReason:
        'The folder /mnt/slides is empty although it held 2,410 files; the disk is probably not mounted.',
      lastScanAt: minutesAgo(60 * 30),
    },
  ]
}

function agentsOf(isBroken: boolean, isBusy: boolean): AgentView[] {
  const facts = { arch: 'x64', macAddresses: ['02:00:00:00:00:01'] }
  return [
    {
      id: 1,
      name: 'vault',
      state: isBroken ? 'draining' : 'online',
      paused: isBroken,
      lastSeenAt: minutesAgo(0),
      version: '0.1.0',
      facts: {
        ...facts,
        hostName: 'vault',
        os: 'Debian 12',
        cpuModel: 'Celeron J4125',
        cpuCount: 4,
        memoryBytes: 8e9,
        gpu: null,
        ...(isBroken ? { cageMissing: ['files: needs Landlock: Linux 5.13 or newer'] } : {}),
      },
      capabilities: [
        { capability: 'scan', concurrency: 1 },
        { capability: 'ingest', concurrency: 4 },
        { capability: 'sidecar', concurrency: 1 },
      ],
      settings: { concurrency: isBusy ? { ingest: 3 } : {} },
      models: [],
      providers: [],
      roots: ['/srv/media/Photos', '/srv/media/Slides'],
      sources: [],
      leases: isBusy ? 5 : isBroken ? 2 : 0,
      perMinute: isBusy ? 372 : 0,
      power: fakePower(),
    },
    {
      id: 2,
      name: 'workshop',
      paused: false,
      state: isBroken ? 'offline' : 'online',
      lastSeenAt: minutesAgo(isBroken ? 190 : 0),
      version: '0.1.0',
      facts: {
        ...facts,
        hostName: 'workshop',
        os: 'Debian 12',
        cpuModel: 'Ryzen 7',
        cpuCount: 16,
        memoryBytes: 64e9,
        gpu: 'RTX 3070',
      },
      capabilities: [
        { capability: 'detect', concurrency: 2 },
        { capability: 'embed', concurrency: 2 },
      ],
      settings: { concurrency: {} },
      models: [],
      providers: fakeProviders(isBroken),
      roots: [],
      sources: fakeSources(isBroken),
      leases: 0,
      perMinute: 0,
      power: fakePower(),
    },
  ]
}

function kindsOf(scenario: Scenario, assets: number): JobKindSummary[] {
  const idle = {
    queued: 0,
    leased: 0,
    dead: 0,
    cancelled: 0,
    perSecond: 0,
    etaSeconds: null,
    oldestAt: null,
    paused: false,
    maxRunning: null,
    waitsFor: null,
  }
  const scan: JobKindSummary = { kind: 'library.scan', capability: 'scan', ...idle, done: 3 }
  const ingest: JobKindSummary = {
    kind: 'file.ingest',
    capability: 'ingest',
    ...idle,
    done: Math.round(assets * 1.21),
  }
  const dead = failuresOf(scenario).reduce((sum, { count }) => sum + count, 0)
  if (scenario === 'setup' || scenario === 'empty' || scenario === 'no-agent') return []
  if (scenario === 'scanning') {
    const pace = { perSecond: 7.4, etaSeconds: 121, oldestAt: minutesAgo(3) }
    return [
      { ...scan, leased: 1 },
      { ...ingest, done: 312, queued: 888, leased: 4, ...pace },
    ]
  }
  if (scenario === 'starting') {
    return [
      { ...scan, done: 0, leased: 1 },
      { ...ingest, done: 0, queued: 210, leased: 4, oldestAt: minutesAgo(0.2) },
    ]
  }
  if (scenario === 'busy') {
    const pace = { perSecond: 11.6, etaSeconds: 8_640, oldestAt: minutesAgo(194), maxRunning: 4 }
    return [
      { ...scan, leased: 1 },
      { ...ingest, queued: 100_000, leased: 4, dead, cancelled: 12, ...pace },
    ]
  }
  if (scenario === 'broken') {
    const seen = `${minutesAgo(190).slice(0, 16).replace('T', ' ')} UTC`
    const waitsFor = `Waits for a machine that offers “ingest”: “attic” is not connected, last seen ${seen}`
    return [scan, { ...ingest, queued: 418, dead, cancelled: 1, oldestAt: minutesAgo(185), waitsFor }]
  }
  const write: JobKindSummary = { kind: 'sidecar.write', capability: 'sidecar', ...idle, done: 0 }
  const embed: JobKindSummary = { kind: 'asset.embed', capability: 'embed', ...idle, done: assets }
  return [scan, ingest, write, embed]
}

function failuresOf(scenario: Scenario): FakeFailure[] {
  const isBusy = scenario === 'busy'
  if (!isBusy && scenario !== 'broken') return []
  return [
    {
      code: 'file_unreadable',
      message:
        'The disk returned an input/output error at 14.2 MB of 28.4 MB. Check the disk; other files are read meanwhile.',
      count: isBusy ? 1_204 : 3,
    },
    {
      code: 'timed_out',
      message: 'Reading took longer than 60 s in each of 3 tries.',
      count: isBusy ? 37 : 1,
    },
    {
      code: 'quarantined',
      message: 'The program on “vault” ended 3 times while reading this file.',
      count: isBusy ? 2 : 1,
    },
  ]
}

function problemsOf(library: FakeLibrary): ProblemView[] {
  const found: ProblemView[] = []
  for (const { bucket } of library.timeline().slice(0, 40)) {
    for (const tile of library.tiles(bucket, 0, 200) ?? []) {
      const detail = tile.state === 'damaged' ? library.detail(tile.id) : undefined
      const file = detail?.files[0]
      if (!detail?.problem || !file) continue
      found.push({
        assetId: tile.id,
        fileId: file.id,
        libraryId: 1,
        path: file.path,
        problem: detail.problem,
      })
    }
  }
  return found
}

function scansOf(scenario: Scenario, assets: number): ScanView[] {
  const files = Math.round(assets * 1.21)
  const scan: ScanView = {
    id: 3,
    state: scenario === 'scanning' || scenario === 'starting' ? 'running' : 'complete',
    startedAt: minutesAgo(34),
    finishedAt: scenario === 'scanning' ? null : minutesAgo(33),
    folders: 412,
    files,
    added: 37,
    changed: 2,
    moved: 0,
    missing: 0,
    skipped: { hidden: 2, unsupported: 2, unreadable: 1 },
    reason: null,
  }
  const held = {
    state: 'held' as const,
    missing: 1_204,
    reason: 'More than a tenth of all files was not found.',
  }
  return [
    scenario === 'broken' ? { ...scan, ...held } : scan,
    { ...scan, id: 2, startedAt: minutesAgo(60 * 26), state: 'complete', added: 0, changed: 0 },
    { ...scan, id: 1, startedAt: minutesAgo(60 * 50), state: 'complete', added: files - 37, changed: 0 },
  ]
}

function skippedPaths(): SkippedPath[] {
  return [
    { path: '2021/.DS_Store', reason: 'hidden' },
    { path: '2021/.picasa.ini', reason: 'hidden' },
    { path: '2022/Letters/receipt.pdf', reason: 'unsupported' },
    { path: '2022/Letters/notes.txt', reason: 'unsupported' },
    { path: 'private', reason: 'unreadable' },
  ]
}
