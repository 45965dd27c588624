import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'
import { agentStatement, type Introduction, type Purpose } from '../../protocol/introduction.ts'
import { agreeOnVersion, ownVersions, upgradeAdvice, type VersionRange } from '../../protocol/versions.ts'
import { type House, signAsHouse } from './house.ts'

/** DER head of an Ed25519 public key; the raw 32 bytes follow (RFC 8410). */
const ED25519_SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** What every version of an introduction has had and will have. */
const AnyIntroduction = z.object({
  protocolVersion: z.int(),
  name: z.string().max(64).catch('without a name'),
  agentVersion: z.string().max(64).catch('unknown'),
})

/**
 * Refuses a version of the protocol that is not spoken here, whatever else the message holds. A message without any
 * version passes, as its shape will be found wrong.
 *
 * @throws AppError `version_unsupported`, saying which side to upgrade
 */
export function checkVersion(raw: unknown, versions: VersionRange = ownVersions): void {
  const introduction = AnyIntroduction.safeParse(raw)
  if (!introduction.success) return
  const { protocolVersion, name, agentVersion } = introduction.data
  const agreed = agreeOnVersion({ oldest: protocolVersion, newest: protocolVersion }, versions)
  if (typeof agreed === 'number') return
  const own =
    versions.oldest === versions.newest
      ? `protocol ${versions.newest}`
      : `protocols ${versions.oldest} to ${versions.newest}`
  throw new AppError(
    'version_unsupported',
    `Agent "${name}" (Hearth ${agentVersion}) speaks protocol ${protocolVersion}, this coordinator ${own}: ${upgradeAdvice(agreed)}`,
  )
}

/** Where an introduction arrived. */
export type Door = {
  house: House
  /** Made for this connection. */
  nonce: string
  /** Channels on which agents may have come: see `Statement`. */
  channels: () => readonly string[]
}

/** An introduction whose key has been proved. */
export type Proved = {
  /** What the agent signed. */
  statement: string
  /** For the answer: proves this house to the agent. */
  proof: string
}

/**
 * Checks that the other side holds the private key of the public key it names, and that it meant this house, this
 * connection and this purpose.
 *
 * @throws AppError `unauthenticated`
 */
export function checkIntroduction(door: Door, purpose: Purpose, introduction: Introduction): Proved {
  const { house, nonce } = door
  const { publicKey, signature } = introduction
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI_HEAD, Buffer.from(publicKey, 'base64url')]),
    format: 'der',
    type: 'spki',
  })
  const signed = Buffer.from(signature, 'base64url')
  for (const channel of door.channels()) {
    const statement = agentStatement({ purpose, house: house.publicKey, channel, nonce, publicKey })
    if (!verify(null, Buffer.from(statement), key, signed)) continue
    const proof = signAsHouse(house, { purpose, channel, nonce: introduction.nonce, publicKey })
    return { statement, proof }
  }
  throw new AppError(
    'unauthenticated',
    'The agent could not prove that it holds its key, and means this Hearth and this connection: if the certificate here is new, pair the agent again',
  )
}
