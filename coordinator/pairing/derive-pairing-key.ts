import { argon2, hash } from 'node:crypto'
import { promisify } from 'node:util'
import { pairingKeyCost, pairingSaltText } from '../../protocol/pairing-code.ts'

const derive = promisify(argon2)

/** The key that a code's secret stands for: 32 bytes; about 150 ms and 64 MiB. */
export function derivePairingKey(house: string, selector: string, secret: string): Promise<Buffer> {
  const { memoryKib, passes, parallelism, keyBytes } = pairingKeyCost
  return derive('argon2id', {
    message: secret,
    nonce: hash('sha256', pairingSaltText(house, selector), 'buffer').subarray(0, 16),
    memory: memoryKib,
    passes,
    parallelism,
    tagLength: keyBytes,
  })
}
