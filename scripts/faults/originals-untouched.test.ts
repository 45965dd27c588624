import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findText } from '../../agents/vault/sidecar/mapping/property.ts'
import { readXmpProperties } from '../../agents/vault/sidecar/xmp/xmp-properties.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { LiveBrowser } from './testing/live-browser.ts'
import { preparePhotos, untilAllRead, vaultPlan } from './testing/photo-rig.ts'
import { until } from './testing/until.ts'

const { photos: count } = sizes.originals
const WAIT_LIMIT_MS = TEST_LIMIT_MS / 2

test('reading, editing and writing sidecars twice, with the writer killed in between, changes no original', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R16 originals')
  using photos = await preparePhotos(1, count)
  const before = originalsOf(photos.state())
  expect(Object.keys(before)).toHaveLength(count)
  const plan = vaultPlan('vault-1', photos.roots[0]!)
  const sidecar = { capability: 'sidecar' as const, concurrency: 4 }
  const agent = { ...plan, capabilities: [...plan.capabilities, sidecar], writeBack: true }
  await using rig = await FaultRig.start({ agents: [agent] })
  await untilAllRead(rig, count, WAIT_LIMIT_MS)
  using browser = await LiveBrowser.open(rig.url, rig.db)
  await send(browser, 'PATCH', '/api/libraries/1', { writeBack: { mode: 'sidecar', quietMs: 0 } })

  await edit(browser, { rating: 4, addKeywords: [['Places', 'Rome']], description: 'first' })
  await until(
    'half of them are written',
    WAIT_LIMIT_MS,
    async () => (await countIn(rig, 'written')) >= count / 2,
  )
  await rig.agents[0]!.kill()
  await rig.agents[0]!.start()
  await untilWritten(rig)
  await edit(browser, {
    rating: -1,
    title: 'second',
    position: { latitude: 41.9, longitude: 12.5, altitudeM: 20 },
  })
  await untilWritten(rig)

  const state = photos.state()
  expect(originalsOf(state)).toEqual(before)
  const sidecars = Object.keys(state).filter((path) => path.endsWith('.xmp'))
  expect(sidecars).toHaveLength(count)
  for (const path of sidecars) {
    expect(findText(readXmpProperties(readFileSync(path)), 'xmp:Rating'), path).toBe('-1')
  }
  // Nothing else: no draft, no copy of another program.
  expect(Object.keys(state).filter((path) => /tmp$|original$/.test(path))).toEqual([])
  run.report({ originals: count, 'sidecars written': 2 * sidecars.length })
})

/** Bytes, times, owners and inodes of the pictures; folders get sidecars and so other times. */
function originalsOf(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([path]) => /\.(jpe?g|png)$/i.test(path)))
}

async function edit(browser: LiveBrowser, edit: BulkEdit): Promise<void> {
  await send(browser, 'POST', '/api/assets/bulk', { filter: { kind: 'image' }, edit })
}

async function send(browser: LiveBrowser, method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await browser.fetch(path, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

async function untilWritten(rig: FaultRig): Promise<void> {
  await until('all are written', WAIT_LIMIT_MS, async () => (await countIn(rig, 'written')) === count)
}

async function countIn(rig: FaultRig, state: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from write_back where state = ${state}`.execute(rig.db)
  return rows[0]!.count
}
