import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'
import { Fingerprint, PublicKey } from '../../protocol/introduction.ts'

/** What an agent remembers of its pairing, beside its key. */
export const Pairing = z.object({
  /** Where its coordinators answer. */
  urls: z.array(z.url()).min(1),
  house: PublicKey,
  fingerprint: Fingerprint.nullable(),
  /** Under which it was let in. */
  name: z.string().min(1).max(64),
})
export type Pairing = z.infer<typeof Pairing>

const FILE = 'coordinator.json'

/**
 * @returns undefined before the first pairing
 * @throws AppError `bad_request` when the file is no such thing
 */
export function readPairing(stateFolder: string): Pairing | undefined {
  const path = join(stateFolder, FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const parsed = Pairing.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new AppError('bad_request', `${path} is damaged: remove it and pair this agent again`, {
    cause: parsed.error,
  })
}

/** Replaces the file as a whole, and durably: a machine that is switched off at once is still paired. */
export function writePairing(stateFolder: string, pairing: Pairing): void {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  const path = join(stateFolder, FILE)
  const draft = `${path}.${randomUUID()}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${JSON.stringify(pairing, null, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
