import { ByteReader } from '../byte-reader.ts'
import { malformed, SmbError } from '../smb-error.ts'
import { type AvPair, decodeAvPairs } from './av-pairs.ts'

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')

/** @see https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/99d90ff4-957f-4c8a-80e4-5bfe5a9a9832 */
const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x8_0000,
  targetInfo: 0x80_0000,
  version: 0x200_0000,
  key128: 0x2000_0000,
  keyExchange: 0x4000_0000,
} as const
const required = [flag.unicode, flag.extendedSecurity, flag.targetInfo, flag.key128, flag.keyExchange]
const OFFERED = Object.values(flag).reduce((all, each) => all + each, 0)

export type NtlmChallenge = {
  /** The message as it came: it is part of what the proof is computed over. */
  bytes: Buffer
  serverChallenge: Buffer
  facts: AvPair[]
}

export function encodeNtlmNegotiate(): Buffer {
  const message = Buffer.alloc(40)
  SIGNATURE.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(OFFERED, 12)
  return message
}

/**
 * Finds the challenge in the server's token, which may be wrapped in SPNEGO.
 *
 * @throws SmbError also when the server wants less than NTLMv2 with a key of 128 bits
 */
export function decodeNtlmChallenge(token: ByteReader): NtlmChallenge {
  const start = token.bytes.indexOf(SIGNATURE)
  if (start < 0) throw malformed('no NTLM challenge')
  const message = new ByteReader(token.bytes.subarray(start))
  if (message.u32(8) !== 2) throw malformed('no NTLM challenge')
  const flags = message.u32(20)
  if (required.some((each) => (flags & each) === 0)) {
    throw new SmbError('forbidden', 'The SMB server asks for an older log-in than NTLMv2; upgrade it', {
      scope: 'server',
    })
  }
  const facts = decodeAvPairs(new ByteReader(message.part(message.u32(44), message.u16(40))))
  return { bytes: message.bytes, serverChallenge: message.part(24, 8), facts }
}

export type AuthenticateParts = {
  ntResponse: Buffer
  domain: string
  user: string
  encryptedKey: Buffer
}

export const MIC_OFFSET = 72
const FIXED_BYTES = 88

/** The third message; its 16 bytes at `MIC_OFFSET` are still zero. */
export function encodeNtlmAuthenticate(parts: AuthenticateParts): Buffer {
  const text = (value: string) => Buffer.from(value, 'utf16le')
  // An LM answer of zeros says that there is none.
  const payload = [
    Buffer.alloc(24),
    parts.ntResponse,
    text(parts.domain),
    text(parts.user),
    text(''),
    parts.encryptedKey,
  ]
  const fixed = Buffer.alloc(FIXED_BYTES)
  SIGNATURE.copy(fixed)
  fixed.writeUInt32LE(3, 8)
  let offset = FIXED_BYTES
  for (const [i, part] of payload.entries()) {
    fixed.writeUInt16LE(part.length, 12 + i * 8)
    fixed.writeUInt16LE(part.length, 14 + i * 8)
    fixed.writeUInt32LE(offset, 16 + i * 8)
    offset += part.length
  }
  fixed.writeUInt32LE(OFFERED, 60)
  return Buffer.concat([fixed, ...payload])
}
