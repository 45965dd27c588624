import { createCipheriv } from 'node:crypto'

const BLOCK_BYTES = 16
/** Of a long message so much is encrypted at a time, so that its ciphertext is never held whole. */
const STEP_BYTES = 64 * 1024

/**
 * AES-128-CMAC.
 *
 * @returns 16 bytes
 * @see https://www.rfc-editor.org/rfc/rfc4493
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(BLOCK_BYTES)).setAutoPadding(false)
  const lastStart = Math.max(0, Math.ceil(message.length / BLOCK_BYTES) - 1) * BLOCK_BYTES
  for (let at = 0; at < lastStart; at += STEP_BYTES) {
    cipher.update(message.subarray(at, Math.min(at + STEP_BYTES, lastStart)))
  }
  return cipher.update(lastBlock(key, message.subarray(lastStart)))
}

function lastBlock(key: Uint8Array, rest: Uint8Array): Buffer {
  const isWhole = rest.length === BLOCK_BYTES
  const zero = createCipheriv('aes-128-ecb', key, null)
    .setAutoPadding(false)
    .update(Buffer.alloc(BLOCK_BYTES))
  const subKey = isWhole ? double(zero) : double(double(zero))
  const block = Buffer.alloc(BLOCK_BYTES)
  block.set(rest)
  if (!isWhole) block[rest.length] = 0x80
  for (let i = 0; i < BLOCK_BYTES; i += 1) block[i] = (block[i] as number) ^ (subKey[i] as number)
  return block
}

/** Times x in GF(2^128). */
function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK_BYTES)
  let carry = 0
  for (let i = BLOCK_BYTES - 1; i >= 0; i -= 1) {
    const byte = block[i] as number
    doubled[i] = (byte << 1) | carry
    carry = byte >> 7
  }
  if (carry) doubled[BLOCK_BYTES - 1] = (doubled[BLOCK_BYTES - 1] as number) ^ 0x87
  return doubled
}
