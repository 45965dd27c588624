import { ByteReader } from '../byte-reader.ts'
import { malformed } from '../smb-error.ts'

/** Names of ciphers as MS-SMB2 numbers them. */
export const ciphers = { 1: 'aes-128-ccm', 2: 'aes-128-gcm', 3: 'aes-256-ccm', 4: 'aes-256-gcm' } as const
export type CipherId = keyof typeof ciphers
export const signingAlgorithms = { hmacSha256: 0, aesCmac: 1, aesGmac: 2 } as const
export type SigningAlgorithm = (typeof signingAlgorithms)[keyof typeof signingAlgorithms]

const contextType = { preauthIntegrity: 1, encryption: 2, signing: 8 } as const
const SHA512 = 1
/** Fastest first, on processors with AES. */
const offeredCiphers: CipherId[] = [2, 4, 1, 3]
const offeredSigning: SigningAlgorithm[] = [2, 1, 0]
/** A server sends three or four. */
const MAX_CONTEXTS = 32

export type Agreed = { cipher: CipherId | null; signing: SigningAlgorithm }

/** What SMB 3.1.1 agrees on beside the dialect: one hash, the ciphers and the signatures that this client knows. */
export function encodeContexts(salt: Uint8Array): { bytes: Buffer; count: number } {
  const contexts = [
    context(contextType.preauthIntegrity, Buffer.concat([words(1, salt.length, SHA512), salt])),
    context(contextType.encryption, words(offeredCiphers.length, ...offeredCiphers)),
    context(contextType.signing, words(offeredSigning.length, ...offeredSigning)),
  ]
  const bytes = Buffer.concat(contexts.map((each, i) => (i < contexts.length - 1 ? padded(each) : each)))
  return { bytes, count: contexts.length }
}

/**
 * What the server chose.
 *
 * @throws SmbError when it chose something that was not offered, or leaves out the hash that protects all the rest
 */
export function decodeContexts(message: Uint8Array, offset: number, count: number): Agreed {
  if (count > MAX_CONTEXTS) throw malformed(`${count} negotiate contexts`)
  const reader = new ByteReader(message)
  const agreed: Agreed = { cipher: null, signing: signingAlgorithms.aesCmac }
  let hasHash = false
  let at = offset
  for (let i = 0; i < count; i += 1) {
    const data = new ByteReader(reader.part(at + 8, reader.u16(at + 2)))
    switch (reader.u16(at)) {
      case contextType.preauthIntegrity:
        hasHash = data.u16(0) === 1 && data.u16(4) === SHA512
        break
      case contextType.encryption:
        agreed.cipher = chosenCipher(data)
        break
      case contextType.signing:
        agreed.signing = chosenSigning(data)
    }
    at += 8 + data.length
    at += -at & 7
  }
  if (!hasHash) throw malformed('no SHA-512 for the negotiation')
  return agreed
}

/** None means that the two have no cipher in common. */
function chosenCipher(data: ByteReader): CipherId | null {
  const id = only(data)
  if (id === 0) return null
  if (!(id in ciphers)) throw malformed(`cipher ${id}, which was not offered`)
  return id as CipherId
}

function chosenSigning(data: ByteReader): SigningAlgorithm {
  const id = only(data)
  if (!offeredSigning.includes(id as SigningAlgorithm))
    throw malformed(`signature ${id}, which was not offered`)
  return id as SigningAlgorithm
}

function only(data: ByteReader): number {
  if (data.u16(0) !== 1) throw malformed('more than one choice')
  return data.u16(2)
}

function context(type: number, data: Buffer): Buffer {
  return Buffer.concat([words(type, data.length, 0, 0), data])
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, i * 2)
  return bytes
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)])
}
