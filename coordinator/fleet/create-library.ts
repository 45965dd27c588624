import { AppError } from '../../protocol/errors.ts'
import {
  decodePathName,
  displayPathName,
  encodePathName,
  isWithin,
  type PathName,
} from '../../protocol/path-name.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'

export type NewLibrary = { name: string; root: PathName; agentId: number; ignoreGlobs: string[] }

/**
 * Makes a folder of an agent a library.
 *
 * @returns its id
 * @throws AppError `not_found` without such an agent, `bad_request` for a root that the agent may not read,
 *   `conflict` when it lies in another library of the agent or holds one: their files would be shown twice
 */
export async function createLibrary(db: Database, library: NewLibrary): Promise<number> {
  const root = normaliseRoot(library.root)
  return await transact(db, { durable: true }, async (tx) => {
    await requireReadable(tx, library.agentId, root)
    await refuseOverlap(tx, library.agentId, root)
    const { id } = await tx
      .insertInto('library')
      .values({
        name: library.name,
        root: Buffer.from(encodePathName(root)),
        agent_id: library.agentId,
        ignore_globs: library.ignoreGlobs,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  })
}

/** Absolute, without `.`, `..`, doubled or trailing separators: one folder, one spelling. */
export function normaliseRoot(root: PathName): PathName {
  const isWindows = /^[A-Za-z]:[\\/]/.test(root)
  const separator = isWindows ? /[\\/]+/ : /\/+/
  const segments = root.split(separator).filter((segment) => segment !== '')
  const isAbsolute = isWindows || root.startsWith('/')
  if (!isAbsolute || segments.some((segment) => segment === '.' || segment === '..') || root.includes('\0')) {
    throw new AppError('bad_request', `“${displayPathName(root)}” is not the absolute path of a folder`)
  }
  try {
    encodePathName(root)
  } catch (cause) {
    throw new AppError('bad_request', 'The folder’s path holds characters that no path can have', { cause })
  }
  return isWindows ? segments.join('\\') + (segments.length === 1 ? '\\' : '') : `/${segments.join('/')}`
}

/** The agent's row stays locked until the library is in, so that two overlapping ones cannot pass each other. */
async function requireReadable(tx: DatabaseTransaction, agentId: number, root: PathName): Promise<void> {
  const agent = await tx
    .selectFrom('agent')
    .select(['name', 'roots'])
    .where('id', '=', agentId)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!agent) throw new AppError('not_found', `There is no agent ${agentId}`)
  if (!agent.roots.some((allowed) => contains(allowed, root))) {
    const roots = agent.roots.map((allowed) => `“${displayPathName(allowed)}”`).join(', ')
    throw new AppError(
      'bad_request',
      `The agent “${agent.name}” may not read “${displayPathName(root)}”; its configuration allows ${roots || 'no folder'}`,
    )
  }
}

async function refuseOverlap(tx: DatabaseTransaction, agentId: number, root: PathName): Promise<void> {
  const libraries = await tx
    .selectFrom('library')
    .select(['name', 'root'])
    .where('agent_id', '=', agentId)
    .execute()
  const overlapping = libraries.find((library) => {
    const known = decodePathName(library.root)
    return contains(known, root) || contains(root, known)
  })
  if (overlapping) {
    throw new AppError(
      'conflict',
      `“${displayPathName(root)}” overlaps with the library “${overlapping.name}”, which has ${displayPathName(decodePathName(overlapping.root))}`,
    )
  }
}

/** By whole segments. A backslash separates on Windows only; elsewhere names may have one. */
function contains(folder: PathName, path: PathName): boolean {
  const plain = (each: PathName): PathName =>
    (/^[A-Za-z]:/.test(folder) ? each.replaceAll('\\', '/') : each).replace(/\/+$/, '')
  return isWithin(plain(folder), plain(path))
}
