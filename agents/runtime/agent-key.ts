import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../protocol/errors.ts'

const KEY_FILE = 'agent-key.pem'

/** An agent's identity: an Ed25519 key pair whose private half never leaves its machine. */
export type AgentKey = {
  /** Raw 32 bytes, base64url. */
  publicKey: string
  /** Can be handed to a thread of this process. */
  privateKey: KeyObject
}

/** Ed25519 signature, base64url; of an `agentStatement`, so that it means nothing elsewhere. */
export function signStatement({ privateKey }: AgentKey, statement: string): string {
  return sign(null, Buffer.from(statement), privateKey).toString('base64url')
}

/**
 * Reads the key in `folder`, or makes one that only this user may read.
 *
 * @throws AppError `bad_request` when there is a file that holds no such key
 */
export function loadAgentKey(folder: string): AgentKey {
  const path = join(folder, KEY_FILE)
  const privateKey = readKey(path) ?? makeKey(folder, path)
  if (privateKey.asymmetricKeyType !== 'ed25519') throw unusable(path)
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { publicKey: x as string, privateKey }
}

/**
 * Puts the key in `folder` aside, so that the next look makes a new one: the old one was revoked, or may be in other
 * hands. Nothing happens when there is none.
 */
export function setKeyAside(folder: string, now: Date): void {
  const path = join(folder, KEY_FILE)
  const aside = join(folder, `agent-key.${now.toISOString().replaceAll(':', '-')}.pem`)
  try {
    renameSync(path, aside)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

function readKey(path: string): KeyObject | undefined {
  let pem: Buffer
  try {
    pem = readFileSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, cause?: unknown): AppError {
  return new AppError(
    'bad_request',
    `${path} holds no key of an agent: restore it, or remove it and let this agent in again under a new key`,
    { cause },
  )
}

/** The key has its name only when it is whole and on the disk: half a key would lock its agent out for good. */
function makeKey(folder: string, path: string): KeyObject {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ed25519')
  const draft = `${path}.${randomUUID()}`
  try {
    writeDurably(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    giveName(draft, path)
    return privateKey
  } catch (error) {
    const other = hasCode(error, 'EEXIST') ? readKey(path) : undefined
    if (other) return other
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** By a link, which never replaces the key of a process that was faster; some file systems have no links. */
function giveName(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].some((code) => hasCode(error, code))) throw error
    renameSync(draft, path)
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
