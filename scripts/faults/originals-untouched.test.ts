import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findText } from '../../agents/vault/sidecar/mapping/property.ts'
import { readXmpProperties } from '../../agents/vault/sidecar/xmp/xmp-properties.ts'
import { canMountDisk, smallDisk } from '../../agents/vault/testing/small-disk.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { LiveBrowser } from './testing/live-browser.ts'
import { countRead, preparePhotos, untilAllRead, vaultPlan } from './testing/photo-rig.ts'
import { until } from './testing/until.ts'

const { photos: count, kills } = sizes.originals
const WAIT_LIMIT_MS = TEST_LIMIT_MS / 2
/** Of a photo, its sidecar and the draft of the next. */
const BYTES_EACH = 65_536
const BALLAST_BYTES = 1_048_576

test.skipIf(!canMountDisk)(
  'reading, editing, kills in between and a full disk change no original (needs root, for a disk of its own)',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const run = new FaultRun('R16 originals')
    await using disk = await smallDisk(BYTES_EACH * count + 16 * BALLAST_BYTES)
    using photos = await preparePhotos(1, count, disk.path)
    const before = originalsOf(photos.state())
    expect(Object.keys(before)).toHaveLength(count)
    const plan = vaultPlan('vault-1', photos.roots[0]!)
    const sidecar = { capability: 'sidecar' as const, concurrency: 4 }
    const agent = { ...plan, capabilities: [...plan.capabilities, sidecar], writeBack: true }
    await using rig = await FaultRig.start({ agents: [agent] })
    await killedOnTheWay(rig, 'photos read', () => countRead(rig))
    await untilAllRead(rig, count, WAIT_LIMIT_MS)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    await send(browser, 'PATCH', '/api/libraries/1', { writeBack: { mode: 'sidecar', quietMs: 0 } })

    await edit(browser, { rating: 4, addKeywords: [['Places', 'Rome']], description: 'first' })
    await killedOnTheWay(rig, 'sidecars written', () => countIn(rig, 'written'))
    await untilWritten(rig)

    const ballast = join(disk.path, 'ballast')
    fillDisk(ballast)
    await edit(browser, {
      rating: -1,
      title: 'second'.repeat(100),
      position: { latitude: 41.9, longitude: 12.5, altitudeM: 20 },
    })
    const refused = await until('the disk is full', WAIT_LIMIT_MS, async () => await countRefused(rig))
    rmSync(ballast)
    // Instead of waiting for the pause after a failure.
    await sql`update job set run_after = now() where state = 'queued' and waiting`.execute(rig.db)
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
    run.report({
      originals: count,
      'sidecars written': 2 * sidecars.length,
      'kills while reading': kills,
      'kills while writing': kills,
      'writes refused by the full disk': refused,
    })
  },
)

/** The agent is killed whenever a further part of the work is done, and started again. */
async function killedOnTheWay(rig: FaultRig, what: string, done: () => Promise<number>): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const part = (count * kill) / (kills + 1)
    await until(`${Math.floor(part)} ${what}`, WAIT_LIMIT_MS, async () => (await done()) >= part)
    await rig.agents[0]!.kill()
    await rig.agents[0]!.start()
  }
}

/** Until not one more byte fits. */
function fillDisk(path: string): void {
  for (let bytes = BALLAST_BYTES; bytes >= 1; ) {
    try {
      appendFileSync(path, Buffer.alloc(bytes))
    } catch {
      bytes /= 2
    }
  }
}

/** How many writes have failed for want of room; undefined while none has. */
async function countRefused(rig: FaultRig): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct job_id) from job_event where error_code = 'disk_full'`.execute(rig.db)
  return rows[0]!.count > 0 ? rows[0]!.count : undefined
}

/**
 * Bytes, times, owners and inodes of the pictures; folders get sidecars and so other times. Whoever changes an extended
 * attribute changes the time of change (ctime), which nobody can set back.
 */
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
