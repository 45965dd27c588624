import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type CipherId, signingAlgorithms } from '../messages/negotiate-contexts.ts'
import { smbCommand } from '../messages/smb-header.ts'
import { aesCmac } from './aes-cmac.ts'
import { isSealed, openSealed, sealMessage } from './seal-message.ts'
import { isSignedByServer, signMessage } from './sign-message.ts'

/** The examples of RFC 4493, section 4. */
const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex')
const text = Buffer.from(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  'hex',
)

test.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('AES-CMAC of %i bytes is as RFC 4493 says', (length, mac) => {
  expect(aesCmac(key, text.subarray(0, length)).toString('hex')).toBe(mac)
})

test('AES-CMAC of a long message does not depend on how it is cut', () => {
  const long = randomBytes(3 * 64 * 1024)
  const macs = [0, 1, 15, 16, 17].map((less) =>
    aesCmac(key, long.subarray(0, long.length - less)).toString('hex'),
  )
  expect(new Set(macs).size).toBe(5)
})

describe.each([1, 2, 3, 4] as CipherId[])('cipher %i', (cipher) => {
  const cipherKey = randomBytes(cipher > 2 ? 32 : 16)

  test('opens what it sealed, and no bit of it may change', () => {
    const message = randomBytes(200)
    const sealed = sealMessage(cipher, cipherKey, message, 7n, 3n)
    expect(isSealed(sealed)).toBe(true)
    expect(openSealed(cipher, cipherKey, sealed).equals(message)).toBe(true)
    // The four bytes before are told apart by `isSealed`, and the size is checked beside.
    for (let at = 4; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed)
      changed[at] = changed[at]! ^ (1 << (at % 8))
      // What is left of the nonce's field is no part of the nonce, but of what is sealed.
      expect(() => openSealed(cipher, cipherKey, changed), `byte ${at}`).toThrow(
        expect.objectContaining({ code: 'unavailable' }),
      )
    }
  })
})

test.each(Object.entries(signingAlgorithms))(
  '%s: a signature of ours is none of the server’s with GMAC',
  (_, algorithm) => {
    const signer = { algorithm, key }
    const message = randomBytes(300)
    signMessage(signer, message)
    const before = Buffer.from(message)
    // Only GMAC tells the two directions apart; for the others this is the same signature.
    expect(isSignedByServer(signer, message)).toBe(algorithm !== signingAlgorithms.aesGmac)
    expect(message.equals(before)).toBe(true)
    message[100] = message[100]! ^ 1
    expect(isSignedByServer(signer, message)).toBe(false)
  },
)

test('a cancellation, which has the number of what it cancels, is signed with a nonce of its own with GMAC', () => {
  const zeros = Buffer.alloc(16)
  const cancel = Buffer.alloc(64)
  cancel.writeUInt16LE(smbCommand.cancel, 12)
  cancel.writeBigUInt64LE(37n, 24)
  signMessage({ algorithm: signingAlgorithms.aesGmac, key }, cancel)
  const signature = Buffer.from(cancel.subarray(48))
  zeros.copy(cancel, 48)
  // MS-SMB2 3.1.4.1: the number, then bit 0 for the server's own, bit 1 for a cancellation.
  const nonce = Buffer.from([37, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0])
  const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(cancel)
  cipher.final()
  expect(signature).toEqual(cipher.getAuthTag())
})
