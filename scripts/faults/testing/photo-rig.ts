import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { treeState } from '../../start/testing/tree-state.ts'
import { type AgentPlan, FaultRig, type FaultRigOptions } from './fault-rig.ts'
import { copyPhotos } from './photo-library.ts'
import { until } from './until.ts'

type Counts = { read: number; open: number; dead: number }

/** Originals of a test: folders of photos, as they were before any fault. */
export type PhotoFolders = Disposable & {
  roots: string[]
  /** Of all photos. */
  count: number
  /** Bytes, times and permissions of every original. */
  state(): Record<string, string>
}

/**
 * The same photos in each folder.
 *
 * @param on the disk that they are to lie on
 */
export async function preparePhotos(
  folders: number,
  photosEach: number,
  on: string = tmpdir(),
): Promise<PhotoFolders> {
  const base = mkdtempSync(join(on, 'hearth-originals-'))
  const roots = Array.from({ length: folders }, (_, index) => join(base, `library-${index + 1}`))
  for (const root of roots) await copyPhotos(root, photosEach)
  return {
    roots,
    count: folders * photosEach,
    state: () => treeState(base),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  }
}

/** A real vault agent with one library. */
export function vaultPlan(name: string, root: string): AgentPlan {
  return {
    name,
    root,
    capabilities: [
      { capability: 'scan', concurrency: 1 },
      { capability: 'ingest', concurrency: 2 },
    ],
  }
}

/** A coordinator and one real vault agent for each folder. */
export function startPhotoRig(
  photos: PhotoFolders,
  options: Partial<FaultRigOptions> = {},
): Promise<FaultRig> {
  const agents = photos.roots.map((root, index) => vaultPlan(`vault-${index + 1}`, root))
  return FaultRig.start({ agents, ...options })
}

/** How many files have been read. */
export async function countRead(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from asset_file where state = 'ingested'`.execute(rig.db)
  return rows[0]!.count
}

/**
 * Waits until every photo has been read and no job is open.
 *
 * @throws Error with what there is instead; also when jobs are dead, because those wait for a person
 */
export async function untilAllRead(rig: FaultRig, files: number, limitMs: number): Promise<void> {
  const counts = await untilNoneOpen(rig, files, limitMs)
  if (counts.dead > 0) throw new Error(`Some jobs are dead: ${JSON.stringify(counts)}\n${rig.lastWords()}`)
}

/** The same, but for jobs that are dead. Gives how many those are. */
export async function untilNoneOpen(rig: FaultRig, files: number, limitMs: number) {
  let seen: Counts | undefined
  try {
    return await until('no job is open', limitMs, async () => {
      const { rows } = await sql<Counts>`
        select (select count(*) from asset_file where state = 'ingested') as read,
          (select count(*) from job where state in ('queued', 'leased')) as open,
          (select count(*) from job where state = 'dead') as dead`.execute(rig.db)
      seen = rows[0]!
      return seen.open === 0 && seen.read + seen.dead >= files ? seen : undefined
    })
  } catch (error) {
    throw new Error(`Not all photos were read: ${JSON.stringify(seen)}\n${rig.lastWords()}`, { cause: error })
  }
}
