import { createHmac } from 'node:crypto'
import { type AvPair, avId, encodeAvPairs } from './av-pairs.ts'
import { md4 } from './md4.ts'
import {
  encodeNtlmAuthenticate,
  encodeNtlmNegotiate,
  MIC_OFFSET,
  type NtlmChallenge,
} from './ntlm-messages.ts'
import { rc4 } from './rc4.ts'

const HAS_MIC = 2

export type Credentials = { user: string; password: string; domain: string }

/** Random and time come from outside, so that the published examples can be computed. */
export type Chosen = {
  /** 8 bytes. */
  clientChallenge: Buffer
  /** 16 bytes: from it all keys of the session are derived. */
  sessionKey: Buffer
  /** 8 bytes, units of 100 ns since 1601; used when the server tells no time. */
  now: Buffer
}

/**
 * Proves the knowledge of a password without sending it, and hands the server a new key.
 *
 * @param host as in the address: the proof is good for this server only
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp/5e550938-91d4-459f-b67d-75d70009e3f3
 */
export function answerChallenge(
  challenge: NtlmChallenge,
  credentials: Credentials,
  host: string,
  chosen: Chosen,
): Buffer {
  const facts = withoutOurs(challenge.facts)
  const info = encodeAvPairs([
    ...facts,
    { id: avId.flags, value: Buffer.from([HAS_MIC, 0, 0, 0]) },
    { id: avId.targetName, value: Buffer.from(`cifs/${host}`, 'utf16le') },
  ])
  const time = facts.find(({ id, value }) => id === avId.timestamp && value.length === 8)?.value ?? chosen.now
  const { ntResponse, baseKey } = ntlmv2Response(
    credentials,
    challenge.serverChallenge,
    chosen.clientChallenge,
    time,
    info,
  )
  const message = encodeNtlmAuthenticate({
    ntResponse,
    domain: credentials.domain,
    user: credentials.user,
    encryptedKey: rc4(baseKey, chosen.sessionKey),
  })
  // Over all three messages: nobody can have changed what they agreed on.
  hmacMd5(chosen.sessionKey, encodeNtlmNegotiate(), challenge.bytes, message).copy(message, MIC_OFFSET)
  return message
}

/** @returns the proof with all that it is computed over, and the key that both sides now have */
export function ntlmv2Response(
  { user, password, domain }: Credentials,
  serverChallenge: Buffer,
  clientChallenge: Buffer,
  time: Buffer,
  info: Buffer,
): { ntResponse: Buffer; baseKey: Buffer } {
  const key = hmacMd5(md4(utf16(password)), utf16(upperCase(user) + domain))
  const zeros = Buffer.alloc(4)
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    zeros,
    info,
    zeros,
  ])
  const proof = hmacMd5(key, serverChallenge, blob)
  return { ntResponse: Buffer.concat([proof, blob]), baseKey: hmacMd5(key, proof) }
}

function withoutOurs(facts: readonly AvPair[]): AvPair[] {
  return facts.filter(({ id }) => id !== avId.flags && id !== avId.targetName)
}

/** As Windows does it: character by character, so that nothing becomes longer (ß stays). */
function upperCase(text: string): string {
  return [...text]
    .map((each) => (each.toUpperCase().length === each.length ? each.toUpperCase() : each))
    .join('')
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

function hmacMd5(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const hmac = createHmac('md5', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}
