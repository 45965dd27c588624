import { malformed } from '../smb-error.ts'
import { type Dialect, dialects, isDialect } from './dialect.ts'
import {
  type CipherId,
  decodeContexts,
  encodeContexts,
  type SigningAlgorithm,
  signingAlgorithms,
} from './negotiate-contexts.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

export const securityMode = { signingEnabled: 1, signingRequired: 2 } as const
export const capability = { largeMtu: 0x4, encryption: 0x40 } as const

const FIXED_BYTES = 36
/** Offers to agree on; the same again in the message that checks that nobody has changed them. */
export type NegotiateOffer = {
  dialects: readonly Dialect[]
  securityMode: number
  capabilities: number
  clientGuid: Buffer
}

export type Negotiated = {
  dialect: Dialect
  securityMode: number
  capabilities: number
  serverGuid: Buffer
  maxReadBytes: number
  maxWriteBytes: number
  maxTransactBytes: number
  /** Null: nothing can be encrypted. */
  cipher: CipherId | null
  signing: SigningAlgorithm
}

/** @param salt 32 random bytes; used when 3.1.1 is offered */
export function encodeNegotiate(offer: NegotiateOffer, salt: Uint8Array): Buffer {
  const fixed = Buffer.alloc(FIXED_BYTES + offer.dialects.length * 2)
  fixed.writeUInt16LE(36, 0)
  fixed.writeUInt16LE(offer.dialects.length, 2)
  fixed.writeUInt16LE(offer.securityMode, 4)
  fixed.writeUInt32LE(offer.capabilities, 8)
  offer.clientGuid.copy(fixed, 12)
  for (const [i, dialect] of offer.dialects.entries()) fixed.writeUInt16LE(dialect, FIXED_BYTES + i * 2)
  if (!offer.dialects.includes(dialects['3.1.1'])) return fixed
  const gap = Buffer.alloc(-(HEADER_BYTES + fixed.length) & 7)
  const contexts = encodeContexts(salt)
  fixed.writeUInt32LE(HEADER_BYTES + fixed.length + gap.length, 28)
  fixed.writeUInt16LE(contexts.count, 32)
  return Buffer.concat([fixed, gap, contexts.bytes])
}

/** @throws SmbError also for a dialect that was not offered */
export function decodeNegotiated(message: Uint8Array, offered: readonly Dialect[]): Negotiated {
  const reader = readBody(message, 65)
  const at = HEADER_BYTES
  const dialect = reader.u16(at + 4)
  if (!isDialect(dialect) || !offered.includes(dialect)) {
    throw malformed(`dialect 0x${dialect.toString(16)}, which was not offered`)
  }
  const capabilities = reader.u32(at + 24)
  return {
    dialect,
    securityMode: reader.u16(at + 2),
    capabilities,
    serverGuid: Buffer.from(reader.part(at + 8, 16)),
    maxTransactBytes: reader.u32(at + 28),
    maxReadBytes: reader.u32(at + 32),
    maxWriteBytes: reader.u32(at + 36),
    ...(dialect === dialects['3.1.1']
      ? decodeContexts(message, reader.u32(at + 60), reader.u16(at + 6))
      : { cipher: cipherOf3x(dialect, capabilities), signing: signingOf(dialect) }),
  }
}

/** Before 3.1.1 there was one cipher, and the server's capability says whether it has it. */
function cipherOf3x(dialect: Dialect, capabilities: number): CipherId | null {
  return dialect >= dialects['3.0'] && (capabilities & capability.encryption) !== 0 ? 1 : null
}

function signingOf(dialect: Dialect): SigningAlgorithm {
  return dialect >= dialects['3.0'] ? signingAlgorithms.aesCmac : signingAlgorithms.hmacSha256
}
