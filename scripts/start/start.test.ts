import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram, testEnvironment } from '../../config/test-environment.ts'
import { bareDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { ApiClient } from './testing/api-client.ts'
import { HearthRun } from './testing/hearth-run.ts'
import { prepareData } from './testing/prepare-data.ts'
import { treeState } from './testing/tree-state.ts'

const PHOTOS = 12
const base = mkdtempSync(join(tmpdir(), 'hearth-start-'))
const photos = join(base, 'photos')

beforeAll(async () => {
  await generatePhotos({ folder: photos, count: PHOTOS, widthPx: 600, heightPx: 400 })
  writeFileSync(join(photos, 'broken.jpg'), 'this is not a picture')
  writeFileSync(join(photos, 'notes.txt'), 'text')
  writeFileSync(join(photos, '.hidden.jpg'), '')
  writeFileSync(join(photos, 'line\nbreak 🐕.jpg'), 'neither is this')
  symlinkSync(photos, join(photos, 'loop'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** A mount namespace of the test's own, in which Perl does nothing. */
const withoutPerl = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount --bind /bin/false /usr/bin/perl && exec "$@"',
  'sh',
]

let dataCount = 0
const freshData = () => join(base, `data-${++dataCount}`)
const preparedData = () => prepareData(freshData())

const engines = testEnvironment.databaseUrl ? (['embedded', 'server'] as const) : (['embedded'] as const)

describe.each(engines)('on the %s database', (engine) => {
  test('--once --json reads everything, reports it as one object and changes no original', async () => {
    await using database = engine === 'server' ? await bareDatabase('server') : undefined
    const url = database && 'url' in database.address ? database.address.url : undefined
    const before = treeState(photos)
    const args = [photos, '--data', freshData(), '--port', '0', '--once', '--json']

    const first = await HearthRun.toEnd(args, url)
    const report = JSON.parse(first.report)
    expect(report).toMatchObject({
      assets: PHOTOS + 2,
      files: PHOTOS + 2,
      byRole: { original: PHOTOS + 2 },
      byKind: { image: PHOTOS + 2 },
    })
    expect(report.skipped).toEqual(
      expect.arrayContaining([
        { path: join(photos, '.hidden.jpg'), reason: 'hidden' },
        { path: join(photos, 'loop'), reason: 'link' },
        { path: join(photos, 'notes.txt'), reason: 'unsupported' },
      ]),
    )
    expect(report.failed.map((failure: { path: string }) => failure.path)).toEqual([
      join(photos, 'broken.jpg'),
      join(photos, 'line␊break 🐕.jpg'),
    ])
    expect(first.exitCode).toBe(0)
    expect(treeState(photos)).toEqual(before)

    const second = await HearthRun.toEnd(args, url)
    expect(JSON.parse(second.report)).toEqual({ ...report, seconds: expect.any(Number) })
    expect(treeState(photos)).toEqual(before)
  })
})

test.skipIf(process.platform !== 'linux')(
  'with one address of this machine to listen on, its agents find it there',
  async () => {
    const where = ['--host', '127.0.0.2', '--port', '0']
    const args = [photos, '--data', await preparedData(), ...where, '--once', '--json']
    const { exitCode, output } = await HearthRun.toEnd(args)
    expect(output).toContain('Hearth is at http://127.0.0.2:')
    expect(exitCode).toBe(0)
  },
)

test('from the setup link to the bytes of a picture, and nothing without signing in', async () => {
  const run = HearthRun.spawn([photos, '--data', await preparedData(), '--port', '0'])
  try {
    const url = await run.url()
    const stranger = await fetch(`${url}/api/assets`)
    expect(stranger.status).toBe(401)

    const api = new ApiClient(url)
    await api.setUp(await run.setupToken())
    await expect
      .poll(async () => (await api.get<{ items: unknown[] }>('/api/assets')).items.length, {
        timeout: 30_000,
        interval: 200,
      })
      .toBe(PHOTOS + 2)
    const { items } = await api.get<{ items: { id: number; state: string; version: string }[] }>(
      '/api/assets',
    )
    const ready = items.find((item) => item.state === 'ready')!

    const preview = await api.fetch(`/api/assets/${ready.id}/preview?v=${ready.version}`)
    expect(preview.headers.get('content-type')).toBe('image/jpeg')
    const original = await api.fetch(`/api/assets/${ready.id}/original`, { headers: { range: 'bytes=0-1' } })
    expect(original.status).toBe(206)
    expect(Buffer.from(await original.arrayBuffer()).toString('hex')).toBe('ffd8')
    const detail = await api.get<{ captured: { source: string } }>(`/api/assets/${ready.id}`)
    expect(detail.captured.source).toBe('exif_original')

    for (const path of [`/api/assets/${ready.id}/preview`, `/api/assets/${ready.id}/original`]) {
      expect((await fetch(url + path)).status).toBe(401)
    }
  } finally {
    expect(await run.stop()).toBe(0)
  }
})

test('the administrator of an unattended start can sign in, and a second start changes nothing', async () => {
  const data = await preparedData()
  const passwordFile = join(base, 'password')
  writeFileSync(passwordFile, 'correct horse battery\n')
  const args = [
    photos,
    '--data',
    data,
    '--port',
    '0',
    '--admin-name',
    'owner',
    '--admin-password-file',
    passwordFile,
  ]
  for (let starts = 0; starts < 2; starts += 1) {
    const run = HearthRun.spawn(args)
    try {
      const api = new ApiClient(await run.url())
      await api.signIn('owner', 'correct horse battery')
      expect(await api.get('/api/session')).toMatchObject({ name: 'owner', role: 'admin' })
      expect(run.output).not.toContain('setup#token')
    } finally {
      await run.stop()
    }
  }
})

describe('what cannot work is refused with one sentence', () => {
  const file = join(base, 'a-file')
  const refusal = async (args: string[], databaseUrl?: string) => {
    const { exitCode, output, report } = await HearthRun.toEnd(args, databaseUrl)
    expect(report).toBe('')
    expect(
      output
        .trim()
        .split('\n')
        .filter((line) => !/ (info|fatal) |The web app is built/.test(line)),
    ).toHaveLength(1)
    return { exitCode, output }
  }

  test.for([
    ['a path that does not exist', () => [join(base, 'nowhere'), '--data', freshData()], 'does not exist'],
    ['a path that is a file', () => [file, '--data', freshData()], 'is a file'],
    ['a path inside the data folder', () => [photos, '--data', base], 'lies inside'],
    [
      'a path that contains the data folder',
      () => [base, '--data', join(base, 'photos', 'data')],
      'contains',
    ],
    [
      'a folder inside another',
      () => [photos, join(photos, 'roll-000'), '--data', freshData()],
      'inside one another',
    ],
    ['an unknown option', () => [photos, '--frobnicate'], 'frobnicate'],
    ['a port that is no number', () => [photos, '--port', 'http'], '--port'],
    ['--json without --once', () => [photos, '--json'], '--once'],
    ['a name without a password', () => [photos, '--admin-name', 'x'], '--admin-password-file'],
  ] as const)('%s', async ([, args, words]) => {
    writeFileSync(file, '')
    const { exitCode, output } = await refusal([...args()])
    expect(output).toContain(words)
    expect(exitCode).toBe(2)
  })

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    try {
      const { exitCode, output } = await refusal([photos, '--data', freshData(), '--port', String(port)])
      expect(output).toContain(`Port ${port} is in use: choose another with --port`)
      expect(exitCode).toBe(2)
    } finally {
      server.close()
    }
  })

  test('a data folder in use, which is left alone', async () => {
    const data = await preparedData()
    const first = HearthRun.spawn([photos, '--data', data, '--port', '0'])
    try {
      await first.url()
      const { exitCode, output } = await refusal([photos, '--data', data, '--port', '0'])
      expect(output).toMatch(/in use by another Hearth \(process \d+ on /)
      expect(exitCode).toBe(2)
      expect(first.child.exitCode).toBeNull()
    } finally {
      await first.stop()
    }
  })

  test.skipIf(!testEnvironment.databaseUrl)('a database of a newer version', async () => {
    await using database = await bareDatabase('server')
    if (!('url' in database.address)) throw new Error('Not a server')
    const args = [photos, '--data', freshData(), '--port', '0', '--once']
    await HearthRun.toEnd(args, database.address.url)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2099')`.execute(
      database.db,
    )
    const { exitCode, output } = await refusal(args, database.address.url)
    expect(output).toContain('newer Hearth')
    expect(exitCode).toBe(2)
  })
})

test.skipIf(process.getuid?.() !== 0 || !findProgram('unshare'))(
  'without Perl folders are scanned and pages served, and the sentence says what to install',
  async () => {
    const data = await preparedData()
    const run = HearthRun.spawn([photos, '--data', data, '--port', '0'], undefined, withoutPerl)
    try {
      const api = new ApiClient(await run.url())
      await api.setUp(await run.setupToken())
      const waiting = async () =>
        (
          await api.get<{ kinds: { kind: string; queued: number; waitsFor: string | null }[] }>(
            '/api/jobs/summary',
          )
        ).kinds.find((kind) => kind.kind === 'file.ingest')
      await expect.poll(waiting, { timeout: 30_000, interval: 200 }).toMatchObject({ queued: PHOTOS + 2 })
      expect((await waiting())?.waitsFor).toMatch(/^waits for/i)
      expect(run.output).toContain('apt-get install perl')
    } finally {
      await run.stop()
    }
    const once = HearthRun.spawn(
      [photos, '--data', await preparedData(), '--port', '0', '--once'],
      undefined,
      withoutPerl,
    )
    expect(await once.exit()).toBe(1)
    expect(once.output).toContain('apt-get install perl')
  },
)
