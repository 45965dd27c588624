import { ByteReader } from '../byte-reader.ts'
import type { Negotiated, NegotiateOffer } from './negotiate-message.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 56
const FSCTL_VALIDATE_NEGOTIATE_INFO = 0x0014_0204
const IS_FSCTL = 1
const ANSWER_BYTES = 24

/**
 * Asks the server, in a signed message, what was negotiated in messages that nobody could sign yet: whoever stood
 * between and made it less is found out. SMB 3.1.1 has its own way.
 *
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-smb2/261ec397-d692-4e3e-8bcd-c96ce02bb969
 */
export function encodeValidateNegotiate(offer: NegotiateOffer): Buffer {
  const body = Buffer.alloc(FIXED_BYTES + 24 + offer.dialects.length * 2)
  const inputBytes = body.length - FIXED_BYTES
  body.writeUInt16LE(57, 0)
  body.writeUInt32LE(FSCTL_VALIDATE_NEGOTIATE_INFO, 4)
  body.fill(0xff, 8, 24)
  body.writeUInt32LE(HEADER_BYTES + FIXED_BYTES, 24)
  body.writeUInt32LE(inputBytes, 28)
  body.writeUInt32LE(ANSWER_BYTES, 44)
  body.writeUInt32LE(IS_FSCTL, 48)
  body.writeUInt32LE(offer.capabilities, FIXED_BYTES)
  offer.clientGuid.copy(body, FIXED_BYTES + 4)
  body.writeUInt16LE(offer.securityMode, FIXED_BYTES + 20)
  body.writeUInt16LE(offer.dialects.length, FIXED_BYTES + 22)
  for (const [i, dialect] of offer.dialects.entries()) body.writeUInt16LE(dialect, FIXED_BYTES + 24 + i * 2)
  return body
}

/** Whether the server's memory of the negotiation is what arrived here. */
export function isValidated(message: Uint8Array, negotiated: Negotiated): boolean {
  const reader = readBody(message, 49)
  const answer = new ByteReader(reader.part(reader.u32(HEADER_BYTES + 32), reader.u32(HEADER_BYTES + 36)))
  return (
    answer.u32(0) === negotiated.capabilities &&
    answer.part(4, 16).equals(negotiated.serverGuid) &&
    answer.u16(20) === negotiated.securityMode &&
    answer.u16(22) === negotiated.dialect
  )
}
