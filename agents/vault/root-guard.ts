import type { BigIntStats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../../protocol/errors.ts'
import { displayPathName, type PathName } from '../../protocol/path-name.ts'
import { fsPath, liesWithin, realPathName } from './absolute-path.ts'

/** A library's root as it is mounted now. */
export type MountedRoot = {
  /** Absolute, links followed. */
  path: PathName
  /** Differs when something else is mounted there, or nothing. */
  identity: string
}

export type RootState = { state: 'online'; root: MountedRoot } | { state: 'offline'; reason: string }

/**
 * Finds a library's root among the folders that this agent may read.
 *
 * @throws AppError `refused_by_agent` when it lies outside of them
 */
export async function findRoot(root: PathName, allowedRoots: readonly string[]): Promise<RootState> {
  let path: PathName
  try {
    path = await realPathName(root)
  } catch (error) {
    if (!allowedRoots.some((allowed) => liesWithin(resolve(allowed), root))) throw refusal(root)
    return { state: 'offline', reason: offlineReason(root, error) }
  }
  if (!(await isAllowed(path, allowedRoots))) throw refusal(root)
  try {
    const stats = await stat(fsPath(path), { bigint: true })
    if (!stats.isDirectory()) return { state: 'offline', reason: `${displayPathName(root)} is not a folder` }
    await readdir(fsPath(path), { encoding: 'buffer' })
    return { state: 'online', root: { path, identity: identityOf(stats) } }
  } catch (error) {
    return { state: 'offline', reason: offlineReason(root, error) }
  }
}

/**
 * The real path of a library's root, for reading one of its files.
 *
 * @throws AppError `refused_by_agent` when it lies outside of what the agent may read, `library_offline` when it is away
 */
export async function requireRoot(root: PathName, allowedRoots: readonly string[]): Promise<PathName> {
  try {
    const path = await realPathName(root)
    if (!(await isAllowed(path, allowedRoots))) throw refusal(root)
    return path
  } catch (error) {
    if (error instanceof AppError) throw error
    if (!allowedRoots.some((allowed) => liesWithin(resolve(allowed), root))) throw refusal(root)
    throw new AppError('library_offline', offlineReason(root, error), { cause: error })
  }
}

/** Why the root is no longer the folder that it was, or undefined while it is. */
export async function findRootLoss(root: MountedRoot): Promise<string | undefined> {
  try {
    const stats = await lstat(fsPath(root.path), { bigint: true })
    if (identityOf(stats) === root.identity) return undefined
    return `${displayPathName(root.path)} was replaced during the scan: another file system is mounted there now`
  } catch (error) {
    return offlineReason(root.path, error)
  }
}

function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`
}

/**
 * Whether a real path lies in one of the folders that this agent may read.
 *
 * The others are looked up only when they have to be, because they may be links: one on a dead disk
 * must not hold up the libraries of all the others.
 */
async function isAllowed(path: PathName, allowedRoots: readonly string[]): Promise<boolean> {
  if (allowedRoots.some((folder) => liesWithin(resolve(folder), path))) return true
  for (const folder of allowedRoots) {
    if (liesWithin(await resolveIfThere(folder), path)) return true
  }
  return false
}

async function resolveIfThere(folder: string): Promise<PathName> {
  return realPathName(folder).catch(() => resolve(folder))
}

function refusal(root: PathName): AppError {
  return new AppError(
    'refused_by_agent',
    `${displayPathName(root)} lies outside the folders that this agent may read; add it to the agent's roots`,
  )
}

const reasonByCode: Record<string, string> = {
  ENOENT: 'does not exist at the moment: is its disk or share mounted?',
  ENOTDIR: 'is not a folder',
  EACCES: 'may not be read by the user who runs this agent',
  EPERM: 'may not be read by the user who runs this agent',
  ESTALE: 'is on a network share that was disconnected',
  EIO: 'cannot be read: the disk reports an error',
  ETIMEDOUT: 'is on a network share that does not answer',
  EHOSTDOWN: 'is on a network share that does not answer',
  ENOTCONN: 'is on a network share that was disconnected',
}

function offlineReason(root: PathName, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return `${displayPathName(root)} ${reasonByCode[code] ?? `cannot be reached (${code})`}`
}
