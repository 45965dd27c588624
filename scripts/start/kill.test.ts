import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { bareDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { ApiClient } from './testing/api-client.ts'
import { childrenOf, HearthRun, type ProcessName } from './testing/hearth-run.ts'
import { prepareData } from './testing/prepare-data.ts'
import { treeState } from './testing/tree-state.ts'

const PHOTOS = 60
const KILLS = 12
const names: ProcessName[] = ['database', 'coordinator', 'vault', 'worker']
const base = mkdtempSync(join(tmpdir(), 'hearth-kill-'))
const photos = join(base, 'photos')
const passwordFile = join(base, 'password')
const expectedReport = { current: {} as Record<string, unknown> }

const engines = testEnvironment.databaseUrl ? (['embedded', 'server'] as const) : (['embedded'] as const)

beforeAll(async () => {
  await generatePhotos({ folder: photos, count: PHOTOS, widthPx: 1_600, heightPx: 1_200 })
  writeFileSync(passwordFile, 'a long password')
  const undisturbed = await HearthRun.toEnd([
    photos,
    '--data',
    await prepareData(join(base, 'calm')),
    '--port',
    '0',
    '--once',
    '--json',
  ])
  expectedReport.current = JSON.parse(undisturbed.report)
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe.each(engines)('on the %s database', (engine) => {
  test('kill -9 of any process at any moment loses no file and reads none twice into the catalogue', async () => {
    await using database = engine === 'server' ? await bareDatabase('server') : undefined
    const url = database && 'url' in database.address ? database.address.url : undefined
    const data = await prepareData(join(base, `data-${engine}`))
    const before = treeState(photos)
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

    let run = HearthRun.spawn(args, url)
    const killed: string[] = []
    try {
      await run.url()
      for (let kills = 0; kills < KILLS; kills += 1) {
        await sleep(150 + Math.random() * 900)
        if (kills === KILLS / 2) {
          killed.push('supervisor')
          run = await killSupervisor(run, args, url)
          continue
        }
        const name = names[Math.floor(Math.random() * names.length)]!
        const pid = run.pidOf(name)
        if (pid === undefined) continue
        killed.push(name)
        process.kill(pid, 'SIGKILL')
      }
      const summary = await untilDone(run)
      const ingest = summary.find((kind) => kind.kind === 'file.ingest')
      expect(ingest, `killed: ${killed.join(', ')}\n${run.output}`).toMatchObject({
        done: PHOTOS,
        dead: 0,
        cancelled: 0,
        queued: 0,
        leased: 0,
      })
    } finally {
      await run.stop()
    }

    const after = await HearthRun.toEnd([photos, '--data', data, '--port', '0', '--once', '--json'], url)
    expect(JSON.parse(after.report)).toEqual({ ...expectedReport.current, seconds: expect.any(Number) })
    expect(treeState(photos)).toEqual(before)
  }, 240_000)
})

/** Its children must end by themselves, so that the next start gets the data folder. */
async function killSupervisor(run: HearthRun, args: string[], url: string | undefined): Promise<HearthRun> {
  const children = childrenOf(run.child.pid!)
  run.child.kill('SIGKILL')
  await run.exit()
  const next = HearthRun.spawn(args, url)
  await next.url()
  // Agents may still end the job they were at; a second life of theirs is already welcome.
  await expect.poll(() => children.filter((pid) => isHearth(pid)), { timeout: 30_000 }).toEqual([])
  return next
}

function isHearth(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function untilDone(run: HearthRun): Promise<JobKindSummary[]> {
  const url = await run.url()
  const giveUpAt = performance.now() + 120_000
  const api = new ApiClient(url)
  let isSignedIn = false
  for (;;) {
    try {
      // Once: tries to sign in are limited to a few in a minute.
      if (!isSignedIn) await api.signIn('owner', 'a long password')
      isSignedIn = true
      const { kinds } = await api.get<{ kinds: JobKindSummary[] }>('/api/jobs/summary')
      const open = kinds.reduce((sum, kind) => sum + kind.queued + kind.leased, 0)
      if (open === 0 && kinds.some((kind) => kind.done > 0)) return kinds
    } catch (error) {
      if (performance.now() > giveUpAt || run.child.exitCode !== null)
        throw new Error(run.output, { cause: error })
    }
    if (performance.now() > giveUpAt) throw new Error(`The work did not come to its end:\n${run.output}`)
    await sleep(500)
  }
}
