import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'

const FILE = 'agent.json'

/** What an agent's machine offers, as its owner wrote it down; empty when there is no such file. */
export function readAgentFile(stateFolder: string, path = join(stateFolder, FILE)): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const isDefault = path === join(stateFolder, FILE)
    if (isDefault && error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new AppError('bad_request', `${path} cannot be read: check its name and who may read it`, {
      cause: error,
    })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Said below.
  }
  throw new AppError('bad_request', `${path} is not a JSON object: mend it`)
}

/** Adds folders that the agent may read, and that it reads them, to what its machine offers. */
export function offerFolders(stateFolder: string, folders: readonly string[]): void {
  const before = readAgentFile(stateFolder)
  const roots = Array.isArray(before.roots) ? before.roots : []
  const capabilities = before.capabilities ?? [
    { capability: 'scan', concurrency: 1 },
    { capability: 'ingest', concurrency: Math.min(8, cpus().length) + 2 },
    // It writes nothing unless `writeBack` allows it, and then says so instead of never being asked.
    { capability: 'sidecar', concurrency: 4 },
  ]
  const after = {
    ...before,
    roots: [...new Set([...roots, ...folders.map((folder) => resolve(folder))])],
    capabilities,
  }
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  writeFileSync(join(stateFolder, FILE), `${JSON.stringify(after, null, 2)}\n`, { mode: 0o600 })
}
