import { createHash, randomBytes } from 'node:crypto'
import { deriveKeys } from './crypto/derive-keys.ts'
import { MessageSecurity } from './message-security.ts'
import { type Dialect, dialects, nameOfDialect } from './messages/dialect.ts'
import {
  capability,
  decodeNegotiated,
  encodeNegotiate,
  type Negotiated,
  type NegotiateOffer,
  securityMode,
} from './messages/negotiate-message.ts'
import { decodeSessionSetup, encodeSessionSetup, sessionFlag } from './messages/session-setup-message.ts'
import { smbCommand } from './messages/smb-header.ts'
import { encodeValidateNegotiate, isValidated } from './messages/validate-negotiate-message.ts'
import { ntStatus, statusError } from './nt-status.ts'
import { decodeNtlmChallenge, encodeNtlmNegotiate } from './ntlm/ntlm-messages.ts'
import { answerChallenge, type Credentials } from './ntlm/ntlmv2.ts'
import type { SmbConnection, SmbReply } from './smb-connection.ts'
import { SmbError } from './smb-error.ts'

/** From 1601, where Windows begins, to 1970, in ms. */
const WINDOWS_EPOCH_MS = 11_644_473_600_000n

export type LogInOptions = {
  host: string
  credentials: Credentials
  /** Offered, ascending. */
  dialects: readonly Dialect[]
  /** False only where the owner of this agent switched it off. */
  requireSigning: boolean
  requireEncryption: boolean
  allowGuest: boolean
}

export type LoggedIn = Pick<
  Negotiated,
  'dialect' | 'cipher' | 'signing' | 'maxReadBytes' | 'maxWriteBytes' | 'maxTransactBytes'
>

/**
 * Agrees on a dialect and proves who we are, so that nobody in between can have made it weaker: the last answer of
 * 3.1.1 is signed with a key made from all messages before it, and older servers are asked again under signature.
 *
 * @throws SmbError `unauthenticated`, or `forbidden` when the server offers less than the configuration demands
 */
export async function logIn(
  connection: SmbConnection,
  options: LogInOptions,
  signal: AbortSignal,
): Promise<LoggedIn> {
  const offer = offerOf(options)
  const hash = new PreauthHash()
  const agreed = await connection.request(
    { command: smbCommand.negotiate, body: encodeNegotiate(offer, randomBytes(32)) },
    signal,
  )
  if (agreed.header.status !== ntStatus.success)
    throw statusError(agreed.header.status, 'The SMB server does not agree')
  hash.add(agreed)
  const negotiated = decodeNegotiated(agreed.message, options.dialects)
  if (options.requireEncryption && negotiated.cipher === null) throw tooWeak(negotiated, 'does not encrypt')
  connection.hasLargeMessages = (negotiated.capabilities & capability.largeMtu) !== 0

  const security = await setUpSession(connection, options, offer, negotiated, hash, signal)
  connection.security = security
  if (security && negotiated.dialect !== dialects['3.1.1'])
    await validate(connection, offer, negotiated, signal)
  return negotiated
}

function offerOf(options: LogInOptions): NegotiateOffer {
  const speaks3 = options.dialects.some((dialect) => dialect >= dialects['3.0'])
  return {
    dialects: options.dialects,
    securityMode: options.requireSigning ? securityMode.signingRequired : securityMode.signingEnabled,
    capabilities: speaks3 ? capability.largeMtu | capability.encryption : 0,
    clientGuid: randomBytes(16),
  }
}

/** @returns undefined for a guest, who has no key */
async function setUpSession(
  connection: SmbConnection,
  options: LogInOptions,
  offer: NegotiateOffer,
  negotiated: Negotiated,
  hash: PreauthHash,
  signal: AbortSignal,
): Promise<MessageSecurity | undefined> {
  const send = (token: Buffer) => {
    const body = encodeSessionSetup(token, offer.securityMode)
    return connection.request({ command: smbCommand.sessionSetup, body }, signal)
  }
  const what = `Cannot log in to ${options.host}`
  const first = await send(encodeNtlmNegotiate())
  if (first.header.status !== ntStatus.moreProcessingRequired) throw statusError(first.header.status, what)
  connection.sessionId = first.header.sessionId
  hash.add(first)

  const challenge = decodeNtlmChallenge(decodeSessionSetup(first.message).token)
  const sessionKey = randomBytes(16)
  const answer = answerChallenge(challenge, options.credentials, options.host, {
    clientChallenge: randomBytes(8),
    sessionKey,
    now: windowsNow(),
  })
  const last = await send(answer)
  if (last.header.status !== ntStatus.success) throw statusError(last.header.status, what)
  hash.addBytes(last.sent)

  const { flags } = decodeSessionSetup(last.message)
  if ((flags & (sessionFlag.guest | sessionFlag.anonymous)) !== 0) {
    requireGuestAllowed(options)
    return undefined
  }
  const security = new MessageSecurity({
    sessionId: connection.sessionId,
    keys: deriveKeys(negotiated.dialect, negotiated.cipher, sessionKey, hash.value),
    signing: negotiated.signing,
    cipher: negotiated.cipher,
    isSigning: options.requireSigning || (negotiated.securityMode & securityMode.signingRequired) !== 0,
  })
  if (options.requireSigning || negotiated.dialect === dialects['3.1.1']) security.requireSigned(last.message)
  if (options.requireEncryption || (flags & sessionFlag.encrypt) !== 0) {
    if (!security.canEncrypt) throw tooWeak(negotiated, 'wants encryption and agreed on no cipher')
    security.encrypt()
  }
  return security
}

/** A guest has no key: nothing can be signed or encrypted, and anybody may have answered. */
function requireGuestAllowed({ allowGuest, requireSigning, requireEncryption, host }: LogInOptions): void {
  if (allowGuest && !requireSigning && !requireEncryption) return
  throw new SmbError(
    'unauthenticated',
    `${host} let this agent in as a guest only: it does not know the user, or maps everybody to guest; check the user and the password file`,
    { scope: 'share' },
  )
}

async function validate(
  connection: SmbConnection,
  offer: NegotiateOffer,
  negotiated: Negotiated,
  signal: AbortSignal,
): Promise<void> {
  const body = encodeValidateNegotiate(offer)
  const { header, message } = await connection.request(
    { command: smbCommand.ioctl, body, mustSign: true, payloadBytes: body.length },
    signal,
  )
  // Signed, these are the words of an old server that does not know the question.
  const unknown: number[] = [ntStatus.notSupported, ntStatus.invalidDeviceRequest, ntStatus.fsDriverRequired]
  if (negotiated.dialect === dialects['2.1'] && unknown.includes(header.status)) return
  if (header.status === ntStatus.success && isValidated(message, negotiated)) return
  throw new SmbError(
    'unavailable',
    'Somebody between this agent and the SMB server changed what the two agreed on; check the network',
    { scope: 'server' },
  )
}

function tooWeak({ dialect }: Negotiated, why: string): SmbError {
  return new SmbError(
    'forbidden',
    `The SMB server (SMB ${nameOfDialect(dialect)}) ${why}; switch encryption on there, or no longer require it in this agent’s configuration`,
    { scope: 'server' },
  )
}

function windowsNow(): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE((BigInt(Date.now()) + WINDOWS_EPOCH_MS) * 10_000n)
  return time
}

/** SHA-512 over every message of the log-in, one on top of the other. */
class PreauthHash {
  #value: Buffer = Buffer.alloc(64)

  get value(): Buffer {
    return this.#value
  }

  add({ sent, message }: SmbReply): void {
    this.addBytes(sent)
    this.addBytes(message)
  }

  addBytes(message: Buffer): void {
    this.#value = createHash('sha512').update(this.#value).update(message).digest()
  }
}
