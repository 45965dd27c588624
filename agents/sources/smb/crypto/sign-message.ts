import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { type SigningAlgorithm, signingAlgorithms } from '../messages/negotiate-contexts.ts'
import { smbCommand } from '../messages/smb-header.ts'
import { aesCmac } from './aes-cmac.ts'

const SIGNATURE_AT = 48
const SIGNATURE_BYTES = 16
const COMMAND_AT = 12
const MESSAGE_ID_AT = 24
const ZEROS = Buffer.alloc(SIGNATURE_BYTES)
const FROM_SERVER = 1
/** A cancellation has the number of the message that it cancels: this makes it another one. */
const CANCELS = 2

export type Signer = { algorithm: SigningAlgorithm; key: Buffer }

/** Writes the signature into a whole message, whose flag already says that it is signed. */
export function signMessage(signer: Signer, message: Buffer): void {
  ZEROS.copy(message, SIGNATURE_AT)
  signatureOf(signer, message, 0).copy(message, SIGNATURE_AT)
}

/** Whether the server signed exactly this. The message is as it was afterwards. */
export function isSignedByServer(signer: Signer, message: Buffer): boolean {
  const claimed = Buffer.from(message.subarray(SIGNATURE_AT, SIGNATURE_AT + SIGNATURE_BYTES))
  ZEROS.copy(message, SIGNATURE_AT)
  const right = signatureOf(signer, message, FROM_SERVER)
  claimed.copy(message, SIGNATURE_AT)
  return timingSafeEqual(claimed, right)
}

function signatureOf({ algorithm, key }: Signer, message: Buffer, from: number): Buffer {
  switch (algorithm) {
    case signingAlgorithms.hmacSha256:
      return createHmac('sha256', key).update(message).digest().subarray(0, SIGNATURE_BYTES)
    case signingAlgorithms.aesCmac:
      return aesCmac(key, message)
    case signingAlgorithms.aesGmac: {
      const nonce = Buffer.alloc(12)
      message.copy(nonce, 0, MESSAGE_ID_AT, MESSAGE_ID_AT + 8)
      const cancels = message.readUInt16LE(COMMAND_AT) === smbCommand.cancel ? CANCELS : 0
      nonce.writeUInt32LE(from | cancels, 8)
      const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(message)
      cipher.final()
      return cipher.getAuthTag()
    }
  }
}
