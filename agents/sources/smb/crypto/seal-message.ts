import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto'
import { ByteReader } from '../byte-reader.ts'
import { type CipherId, ciphers } from '../messages/negotiate-contexts.ts'
import { malformed } from '../smb-error.ts'

/** A message in an envelope that only the other side can open. */
const ENVELOPE_BYTES = 52
const PROTOCOL_ID = Buffer.from('\xfdSMB', 'latin1')
const TAG_AT = 4
const NONCE_AT = 20
const TAG_BYTES = 16
const IS_ENCRYPTED = 1

export function isSealed(frame: Buffer): boolean {
  return frame.length >= 4 && frame.subarray(0, 4).equals(PROTOCOL_ID)
}

/** @param counter never twice with one key */
export function sealMessage(
  cipherId: CipherId,
  key: Buffer,
  message: Buffer,
  sessionId: bigint,
  counter: bigint,
): Buffer {
  const envelope = Buffer.alloc(ENVELOPE_BYTES)
  PROTOCOL_ID.copy(envelope)
  envelope.writeBigUInt64LE(counter, NONCE_AT)
  envelope.writeUInt32LE(message.length, 36)
  envelope.writeUInt16LE(IS_ENCRYPTED, 42)
  envelope.writeBigUInt64LE(sessionId, 44)
  const cipher = createCipheriv(ciphers[cipherId] as 'aes-128-gcm', key, nonceOf(cipherId, envelope), {
    authTagLength: TAG_BYTES,
  }) as CipherGCM
  cipher.setAAD(envelope.subarray(NONCE_AT), { plaintextLength: message.length })
  const sealed = cipher.update(message)
  cipher.final()
  cipher.getAuthTag().copy(envelope, TAG_AT)
  return Buffer.concat([envelope, sealed])
}

/** @throws SmbError when it was not sealed with this key, or was changed on its way */
export function openSealed(cipherId: CipherId, key: Buffer, frame: Buffer): Buffer {
  const reader = new ByteReader(frame)
  const envelope = reader.part(0, ENVELOPE_BYTES)
  const sealed = frame.subarray(ENVELOPE_BYTES)
  if (reader.u32(36) !== sealed.length) throw malformed('an envelope of another size than it says')
  const decipher = createDecipheriv(ciphers[cipherId] as 'aes-128-gcm', key, nonceOf(cipherId, envelope), {
    authTagLength: TAG_BYTES,
  }) as DecipherGCM
  decipher.setAuthTag(envelope.subarray(TAG_AT, TAG_AT + TAG_BYTES))
  decipher.setAAD(envelope.subarray(NONCE_AT), { plaintextLength: sealed.length })
  try {
    const message = decipher.update(sealed)
    decipher.final()
    return message
  } catch {
    throw malformed('a message that was changed on its way')
  }
}

/** GCM takes 12 bytes of the field, CCM 11. */
function nonceOf(cipherId: CipherId, envelope: Buffer): Buffer {
  const bytes = cipherId === 2 || cipherId === 4 ? 12 : 11
  return envelope.subarray(NONCE_AT, NONCE_AT + bytes)
}
