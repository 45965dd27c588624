import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '../../protocol/errors.ts'

const deriveKey = promisify(argon2)

/** OWASP's second choice for Argon2id: 19 MiB, two passes, one lane; about 35 ms on a small server. */
const memoryKib = 19_456
const passes = 2
const parallelism = 1
const saltBytes = 16
const keyBytes = 32
/** Each derivation holds 19 MiB and a thread of the pool, so a flood of sign-ins waits or is refused. */
const MAX_RUNNING = 2
const MAX_WAITING = 32

const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** @returns a PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$key` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const key = await derive(password, { memoryKib, passes, parallelism, salt, keyBytes })
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${base64(salt)}$${base64(key)}`
}

/**
 * Whether the password is the one behind the hash; compares in constant time.
 *
 * Without a hash (no such account) it spends the same time and answers no, so that a stranger cannot
 * tell which names exist.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const parts = parsePhc(hash ?? unknownAccountHash)
  const key = await derive(password, { ...parts, keyBytes: parts.key.length })
  return timingSafeEqual(key, parts.key) && hash !== undefined
}

const unknownAccountHash = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${base64(
  randomBytes(saltBytes),
)}$${base64(randomBytes(keyBytes))}`

type Cost = { memoryKib: number; passes: number; parallelism: number; salt: Buffer }

function parsePhc(hash: string): Cost & { key: Buffer } {
  const match = phcPattern.exec(hash)
  if (!match) throw new Error('A stored password hash is not Argon2id in PHC form')
  const [, memory, time, lanes, salt = '', key = ''] = match
  return {
    memoryKib: Number(memory),
    passes: Number(time),
    parallelism: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  }
}

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, cost: Cost & { keyBytes: number }): Promise<Buffer> {
  if (running >= MAX_RUNNING) {
    if (waiting.length >= MAX_WAITING) {
      throw new AppError('too_many_requests', 'Too many people sign in at this moment; try again in a minute')
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running += 1
  try {
    return await deriveKey('argon2id', {
      message: password.normalize('NFC'),
      nonce: cost.salt,
      memory: cost.memoryKib,
      passes: cost.passes,
      parallelism: cost.parallelism,
      tagLength: cost.keyBytes,
    })
  } finally {
    // A waiting derivation takes over this one's place; otherwise the place is free.
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

/** PHC strings use base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
