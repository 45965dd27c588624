import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An agent's identity: an Ed25519 key pair whose private half never leaves its machine. */
export type AgentKey = {
  /** Raw 32 bytes, base64url. */
  publicKey: string
  /** Ed25519 signature of the coordinator's nonce, base64url. */
  sign(nonce: string): string
}

/** Reads the key in `folder`, or makes one that only this user may read. */
export function loadAgentKey(folder: string): AgentKey {
  const path = join(folder, 'agent-key.pem')
  const privateKey = readKey(path) ?? makeKey(folder, path)
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    publicKey: x as string,
    sign: (nonce) => sign(null, Buffer.from(`hearth-agent:${nonce}`), privateKey).toString('base64url'),
  }
}

function readKey(path: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function makeKey(folder: string, path: string): KeyObject {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' })
  return privateKey
}
