import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { HearthCommand } from '../command/testing/hearth-command.ts'
import { writeTinyModels } from '../fixtures/onnx/tiny-models.ts'
import { backupsFinding } from './checks/backups.ts'
import { checkDataFolder, spaceFinding } from './checks/data-folder.ts'
import { checkDatabase } from './checks/database.ts'
import { memoryFinding, openFilesFinding } from './checks/machine.ts'
import { checkModels, providerFinding } from './checks/models.ts'
import { checkPairing, clockFinding } from './checks/pairing.ts'
import { checkReaders } from './checks/readers.ts'
import { checkRoots } from './checks/roots.ts'
import { examine } from './examine.ts'
import type { Finding, Patient } from './finding.ts'
import { formatFindings } from './format-findings.ts'

let folder = ''
let patient: Patient
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-doctor-'))
  patient = {
    data: join(folder, 'data'),
    state: join(folder, 'state'),
    searchPath: '/nowhere',
    platform: process.platform,
    databaseUrl: undefined,
  }
  await mkdir(patient.data, { mode: 0o700 })
  await mkdir(patient.state)
})
afterEach(() => rm(folder, { recursive: true }))

const of = (findings: Finding[], name: string) => findings.filter((finding) => finding.name === name)

test('a machine without ffmpeg is told how to get it', async () => {
  expect(of(await checkReaders(patient), 'ffmpeg')).toMatchObject([
    { result: 'warn', advice: expect.stringContaining('apt-get install ffmpeg') },
  ])
})

test('a data folder that others may read is said, with the command that helps', async () => {
  expect(of(await checkDataFolder(patient), 'data folder')).toMatchObject([{ result: 'ok' }])
  await chmod(patient.data, 0o755)
  expect(of(await checkDataFolder(patient), 'data folder')).toMatchObject([
    { result: 'warn', advice: `chmod 700 ${patient.data}` },
  ])
  expect(of(await checkDataFolder(patient), 'file system')).toHaveLength(1)
})

test('libraries that are away, empty, or hold Hearth’s own keys are said', async () => {
  const [full, empty, gone] = ['full', 'empty', 'gone'].map((name) => join(folder, name))
  await mkdir(full!)
  await mkdir(empty!)
  await writeFile(join(full!, 'a.jpg'), 'x')
  await writeFile(join(patient.data, 'roots.json'), JSON.stringify([full, empty]))
  await writeFile(join(patient.state, 'agent.json'), JSON.stringify({ roots: [gone] }))
  expect(await checkRoots(patient)).toMatchObject([
    { result: 'ok', found: full },
    { result: 'warn', found: `${empty} is empty` },
    { result: 'warn', found: `${gone} is not there` },
  ])
  await writeFile(join(patient.state, 'agent.json'), JSON.stringify({ roots: [folder] }))
  expect(JSON.stringify(await checkRoots(patient))).toContain('with its keys')
})

test('a machine without models is told how to get some; bad ones are said, and what runs the good ones', async () => {
  expect(await checkModels(patient)).toMatchObject([
    {
      result: 'ok',
      found: expect.stringContaining('does not look'),
      advice: expect.stringContaining('pull'),
    },
  ])
  await writeTinyModels(join(patient.data, 'models'), ['tiny-yolov8', 'broken-truncated'])
  await mkdir(join(patient.data, 'models', 'mine'))
  await writeFile(join(patient.data, 'models', 'mine', 'model.yaml'), 'task: [')
  await writeFile(
    join(patient.state, 'agent.json'),
    JSON.stringify({ vision: { providers: ['dml', 'cpu'] } }),
  )
  expect(await checkModels(patient)).toEqual([
    { name: 'models', result: 'ok', found: 'tiny-yolov8 (detect)' },
    {
      ...{ name: 'models', result: 'warn', found: 'broken-truncated is broken' },
      advice: expect.stringContaining('is no whole ONNX file'),
    },
    { name: 'models', result: 'warn', found: expect.stringContaining('mine'), advice: expect.any(String) },
    { name: 'runs models', result: 'ok', found: expect.stringMatching(/^with cpu \(not with dml: /) },
  ])
}, 60_000)

test('a machine on which no provider works is told so', () => {
  const cpu = { provider: 'cpu', works: false, reason: 'its self-test gave 0' }
  expect(providerFinding([cpu])).toMatchObject({ result: 'fail', found: expect.stringContaining('gave 0') })
})

test.skipIf(testEnvironment.databaseUrl === undefined)(
  'a Postgres server is asked for what it has',
  async () => {
    const databaseUrl = testEnvironment.databaseUrl
    expect(await checkDatabase({ ...patient, databaseUrl })).toMatchObject([{ result: 'ok' }])
  },
)

test('a Postgres server that does not answer is said without its password', async () => {
  const [finding] = await checkDatabase({ ...patient, databaseUrl: 'postgres://me:secret@127.0.0.1:1/none' })
  expect(finding).toMatchObject({ result: 'fail', found: expect.stringContaining('me@127.0.0.1:1') })
  expect(JSON.stringify(finding)).not.toContain('secret')
})

test('an agent’s coordinator is asked, and its clock compared', async () => {
  expect(await checkPairing(patient)).toEqual([])
  const server = createServer((_, answer) => answer.end('{}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pairing = { urls: [url], house: 'A'.repeat(43), fingerprint: null, name: 'nas' }
  const file = join(patient.state, 'coordinator.json')
  await writeFile(file, JSON.stringify(pairing))
  try {
    expect((await checkPairing(patient)).map(({ name, result }) => `${name} ${result}`)).toEqual([
      'pairing ok',
      'coordinator ok',
      'clock ok',
    ])
  } finally {
    server.close()
    server.closeAllConnections()
  }
  expect(of(await checkPairing(patient), 'coordinator')).toMatchObject([{ result: 'fail' }])
  await writeFile(file, 'nonsense')
  expect(await checkPairing(patient)).toMatchObject([{ name: 'pairing', result: 'fail' }])
})

test.each([
  [clockFinding(new Date(0), new Date(30_000)), 'ok', /agrees/],
  [clockFinding(new Date(0), new Date(90_000)), 'warn', /90 s ahead of/],
  [clockFinding(new Date(3_600_000), new Date(0)), 'warn', /3600 s behind/],
  [spaceFinding(50e9), 'ok', /50\.0 GB/],
  [spaceFinding(2e9), 'warn', /2\.0 GB/],
  [spaceFinding(1e8), 'fail', /0\.1 GB/],
  [memoryFinding(1e9), 'warn', /1\.0 GB/],
  [openFilesFinding(1_024), 'warn', /only 1024/],
  [backupsFinding({ lastSuccess: null, lastFailure: null }, new Date()), 'warn', /none/],
] as const)('%o', (finding, result, found) => {
  expect(finding).toMatchObject({ result, found: expect.stringMatching(found) })
})

test('an old backup is said, and a failed one first', () => {
  const now = new Date('2026-01-10T00:00:00Z')
  const lastSuccess = {
    ...{ at: '2026-01-01T00:00:00Z', kind: 'daily' as const, path: '/b', sizeBytes: 1, rows: 1, seconds: 1 },
  } as const
  expect(backupsFinding({ lastSuccess, lastFailure: null }, now)).toMatchObject({
    ...{ result: 'warn', found: 'made 9 d ago' },
  })
  const lastFailure = { at: '2026-01-09T00:00:00Z', message: 'The disk is full', count: 2 }
  expect(backupsFinding({ lastSuccess, lastFailure }, now)).toMatchObject({ result: 'fail' })
})

test('a look that throws is a finding, and the others are made all the same', async () => {
  const findings = await examine(patient, [
    async function broken() {
      throw new Error('no eyes')
    },
    async () => [{ name: 'next', result: 'ok', found: 'fine' }],
  ])
  expect(findings).toMatchObject([
    { result: 'fail', found: expect.stringContaining('no eyes') },
    { name: 'next' },
  ])
})

test('what to do stands below what was found, within the width', () => {
  const text = formatFindings(
    [
      { name: 'ffmpeg', result: 'warn', found: 'movies get no picture', advice: 'word '.repeat(40).trim() },
      { name: 'Node', result: 'ok', found: '26' },
      { name: 'database', result: 'fail', found: 'away' },
    ],
    80,
  )
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(text).toMatch(/^! ffmpeg {7}movies get no picture\n {15}→ word/)
  expect(text).toMatch(/✗ database +away\n\n1 thing does not work, 1 could be better\.$/)
  expect(formatFindings([], 80)).toContain('Everything is as it should be.')
})

test('hearth doctor prints what it found, and fails when something does not work', async () => {
  const words = ['doctor', '--json', '--data', patient.data, '--state', patient.state]
  const well = await HearthCommand.run(words, { environment: { DATABASE_URL: '' } })
  const names = (JSON.parse(well.report) as Finding[]).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['Node', 'libraries', 'cage', 'database', 'disk space']))
  const ill = await HearthCommand.run(words, { databaseUrl: 'postgres://x@127.0.0.1:1/none' })
  expect(ill).toMatchObject({ exitCode: 1, said: expect.stringContaining('does not work') })
})
