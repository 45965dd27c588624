import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  changeContent,
  changeEntries,
  type DiskModel,
  type FileChange,
  type FileNode,
  type FolderNode,
  ROOT_NODE,
} from './disk-model.ts'
import type { FileBytes } from './disk-record.ts'
import type { FileContent } from './file-content.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The unit that a disk writes whole. */
const SECTOR_BYTES = 512

/** What power failure made of what was not yet synced. */
export const lossKinds = [
  'all lost',
  'nothing lost',
  'each file for itself',
  'the log lost',
  'only the log kept',
  'one file lost',
  'one file kept',
] as const
export type LossKind = (typeof lossKinds)[number]

/** `keep` and `lose` everything that is pending; `cut` keep the first changes; `mix` any; `tear` by sector. */
const fates = ['keep', 'lose', 'cut', 'mix', 'tear'] as const
type Fate = (typeof fates)[number]

/** A folder tree as a disk might hold it after the power failed. */
export type CrashImage = { files: Map<string, Buffer>; folders: string[] }

/**
 * Chooses one of the images that the disk may hold if the power fails now.
 *
 * @param model is left as it is
 */
export function makeCrashImage(model: DiskModel, kind: LossKind, random: SeededRandom): CrashImage {
  const pendingNodes = [...model.nodes].filter(([, node]) => node.pending.length > 0).map(([id]) => id)
  const chosen = pendingNodes.length > 0 ? random.pick(pendingNodes) : undefined
  const image: CrashImage = { files: new Map(), folders: [] }

  const fateOf = (id: number, path: string): Fate => {
    const isLog = /(^|\/)pg_wal(\/|$)/.test(path)
    switch (kind) {
      case 'all lost':
        return 'lose'
      case 'nothing lost':
        return 'keep'
      case 'each file for itself':
        return random.pick(fates)
      case 'the log lost':
        return isLog ? random.pick(['lose', 'cut', 'tear'] as const) : 'keep'
      case 'only the log kept':
        return isLog ? 'keep' : random.pick(['lose', 'lose', 'tear'] as const)
      case 'one file lost':
        return id === chosen ? random.pick(['lose', 'tear', 'mix'] as const) : 'keep'
      case 'one file kept':
        return id === chosen ? random.pick(['keep', 'tear', 'mix'] as const) : 'lose'
    }
  }

  const addFolder = (folder: FolderNode, id: number, path: string): void => {
    const entries = new Map(folder.durable)
    for (const change of survivors(folder.pending, fateOf(id, path), random)) changeEntries(entries, change)
    for (const [name, childId] of entries) {
      const child = model.nodes.get(childId)
      const childPath = path ? `${path}/${name}` : name
      if (child?.type === 'folder') {
        image.folders.push(childPath)
        addFolder(child, childId, childPath)
      } else if (child) {
        image.files.set(childPath, makeContent(child, fateOf(childId, childPath), random))
      }
    }
  }
  addFolder(model.nodes.get(ROOT_NODE) as FolderNode, ROOT_NODE, '')
  return image
}

/** Writes an image below an empty folder. */
export function writeCrashImage(image: CrashImage, folder: string): void {
  for (const path of image.folders) mkdirSync(join(folder, path), { mode: 0o700 })
  for (const [path, content] of image.files) writeFileSync(join(folder, path), content, { mode: 0o600 })
}

function makeContent(file: FileNode, fate: Fate, random: SeededRandom): Buffer {
  // The image may outlive this moment.
  if (file.pending.length === 0 || fate === 'lose') return Buffer.from(file.durable.bytes)
  const content = file.durable.copy()
  const keptShare = random.next()
  for (const change of survivors(file.pending, fate, random)) {
    if (fate === 'tear' && change.type === 'write') tear(content, change, keptShare, random)
    else changeContent(content, change)
  }
  return content.bytes
}

function survivors<T>(changes: readonly T[], fate: Fate, random: SeededRandom): readonly T[] {
  if (fate === 'keep') return changes
  if (fate === 'lose') return []
  if (fate === 'cut') return changes.slice(0, random.below(changes.length + 1))
  return changes.filter(() => random.chance(0.5))
}

/** Applies some of a write's sectors; the file may or may not have grown to the write's end. */
function tear(
  content: FileContent,
  { at: start, bytes }: FileChange & { type: 'write' },
  keptShare: number,
  random: SeededRandom,
): void {
  const end = start + bytes.length
  if (end > content.sizeBytes && random.chance(0.5)) content.resize(end)
  for (let at = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES)
    if (random.chance(keptShare)) content.write(at, part(bytes, at - start, next - start))
    at = next
  }
}

function part({ data }: FileBytes, start: number, end: number): FileBytes {
  return data ? { length: end - start, data: data.subarray(start, end) } : { length: end - start }
}
