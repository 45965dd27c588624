import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { type AgentMessage, PROTOCOL_VERSION } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'

/** DER head of an Ed25519 public key; the raw 32 bytes follow (RFC 8410). */
const ED25519_SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

export function createNonce(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Checks that the other side speaks our protocol and holds the private key of the public key it names.
 *
 * @throws AppError `version_unsupported` or `unauthenticated`
 */
export function checkHello(hello: AgentMessage<'hello'>, nonce: string): void {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    const older = hello.protocolVersion < PROTOCOL_VERSION ? 'the agent' : 'the coordinator'
    throw new AppError(
      'version_unsupported',
      `Agent "${hello.name}" (version ${hello.agentVersion}) speaks protocol ${hello.protocolVersion}, this coordinator ${PROTOCOL_VERSION}: upgrade ${older}`,
    )
  }
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI_HEAD, Buffer.from(hello.publicKey, 'base64url')]),
    format: 'der',
    type: 'spki',
  })
  const signed = Buffer.from(`hearth-agent:${nonce}`)
  if (!verify(null, signed, key, Buffer.from(hello.signature, 'base64url'))) {
    throw new AppError('unauthenticated', 'The agent could not prove that it holds its key')
  }
}
