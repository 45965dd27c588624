import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { z } from 'zod'
import { type AgentMessage, PROTOCOL_VERSION } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'

/** DER head of an Ed25519 public key; the raw 32 bytes follow (RFC 8410). */
const ED25519_SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

export function createNonce(): string {
  return randomBytes(32).toString('base64url')
}

/** What every version of `hello` has had and will have. */
const AnyHello = z.object({
  protocolVersion: z.int(),
  name: z.string().max(64).catch('without a name'),
  agentVersion: z.string().max(64).catch('unknown'),
})

/**
 * Refuses another version of the protocol, whatever else its `hello` holds. A message without any version
 * passes, as its shape will be found wrong.
 *
 * @throws AppError `version_unsupported`, saying which side to upgrade
 */
export function checkVersion(raw: unknown): void {
  const hello = AnyHello.safeParse(raw)
  if (!hello.success || hello.data.protocolVersion === PROTOCOL_VERSION) return
  const { protocolVersion, name, agentVersion } = hello.data
  const older = protocolVersion < PROTOCOL_VERSION ? 'the agent' : 'the coordinator'
  throw new AppError(
    'version_unsupported',
    `Agent "${name}" (version ${agentVersion}) speaks protocol ${protocolVersion}, this coordinator ${PROTOCOL_VERSION}: upgrade ${older}`,
  )
}

/**
 * Checks that the other side holds the private key of the public key it names.
 *
 * @throws AppError `unauthenticated`
 */
export function checkHello(hello: AgentMessage<'hello'>, nonce: string): void {
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
