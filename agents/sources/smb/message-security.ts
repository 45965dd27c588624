import type { SessionKeys } from './crypto/derive-keys.ts'
import { isSealed, openSealed, sealMessage } from './crypto/seal-message.ts'
import { isSignedByServer, type Signer, signMessage } from './crypto/sign-message.ts'
import type { CipherId, SigningAlgorithm } from './messages/negotiate-contexts.ts'
import { decodeHeader, headerFlag } from './messages/smb-header.ts'
import { ntStatus } from './nt-status.ts'
import { malformed, SmbError } from './smb-error.ts'

const FLAGS_AT = 16

export type MessageSecurityOptions = {
  sessionId: bigint
  keys: SessionKeys
  signing: SigningAlgorithm
  cipher: CipherId | null
  /** Everything is signed both ways; else only what must be. */
  isSigning: boolean
}

/**
 * Signs or encrypts what a session sends, and takes nothing from the server that it has not signed or encrypted
 * itself.
 *
 * signing → encrypting: `encrypt()`. There is no way back: from then on a plain message is refused.
 */
export class MessageSecurity {
  readonly #options: MessageSecurityOptions
  readonly #signer: Signer
  #counter = 0n
  #isEncrypting = false

  constructor(options: MessageSecurityOptions) {
    this.#options = options
    this.#signer = { algorithm: options.signing, key: options.keys.signing }
  }

  get isEncrypting(): boolean {
    return this.#isEncrypting
  }

  get canEncrypt(): boolean {
    return this.#options.cipher !== null
  }

  encrypt(): void {
    this.#isEncrypting = true
  }

  /** @param mustSign also where signing is switched off */
  protect(message: Buffer, mustSign: boolean): Buffer {
    const { cipher, keys, sessionId, isSigning } = this.#options
    if (this.#isEncrypting && cipher !== null) {
      this.#counter += 1n
      return sealMessage(cipher, keys.toServer, message, sessionId, this.#counter)
    }
    if (isSigning || mustSign) {
      message.writeUInt32LE(message.readUInt32LE(FLAGS_AT) | headerFlag.signed, FLAGS_AT)
      signMessage(this.#signer, message)
    }
    return message
  }

  /**
   * The message in what came, if the server made it.
   *
   * @param mustBeSigned it answers a message that had to be signed
   * @throws SmbError when somebody else may have made or changed it
   */
  open(frame: Buffer, mustBeSigned: (messageId: bigint) => boolean): Buffer {
    const { cipher, keys, isSigning } = this.#options
    if (isSealed(frame)) {
      if (cipher === null) throw malformed('an encrypted message where no cipher was agreed on')
      return openSealed(cipher, keys.fromServer, frame)
    }
    const { status, flags, messageId } = decodeHeader(frame)
    if (status === ntStatus.userSessionDeleted || status === ntStatus.networkSessionExpired) {
      // The server has forgotten the keys with the session. Believed, it costs a new log-in and nothing else.
      throw new SmbError('unavailable', 'The SMB server has ended the session', {
        scope: 'server',
        mayReconnect: true,
      })
    }
    if (this.#isEncrypting) throw malformed('a plain message where everything is encrypted')
    // “Wait” is not signed and says nothing.
    const isWait = status === ntStatus.pending && (flags & headerFlag.async) !== 0
    if (!isWait && (isSigning || mustBeSigned(messageId))) this.requireSigned(frame)
    return frame
  }

  /** @throws SmbError */
  requireSigned(message: Buffer): void {
    const isSigned = (decodeHeader(message).flags & headerFlag.signed) !== 0
    if (isSigned && isSignedByServer(this.#signer, message)) return
    throw new SmbError(
      'unavailable',
      'An answer of the SMB server is not signed as it must be: something stands between, or the server is misconfigured',
      { scope: 'server' },
    )
  }
}
