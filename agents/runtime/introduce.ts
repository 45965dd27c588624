import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import {
  agentStatement,
  type Challenge,
  houseStatement,
  type Introduction,
  type Purpose,
} from '../../protocol/introduction.ts'
import { agreeOnVersion, ownVersions, upgradeAdvice, type VersionRange } from '../../protocol/versions.ts'
import { type AgentKey, signStatement } from './agent-key.ts'

/** How an agent knows its coordinators: from its pairing. */
export type KnownCoordinator = {
  /** Public key of their house; null trusts whoever answers. */
  house: string | null
  /** SHA-256 of the certificate that they must show; null asks the certificate authorities. */
  fingerprint: string | null
}

/** Before pairing, and for agents on the coordinator's own machine. */
export const unknownCoordinator: KnownCoordinator = { house: null, fingerprint: null }

export type Introducing = {
  key: AgentKey
  coordinator: KnownCoordinator
  purpose: Purpose
  name: string
  agentVersion: string
  versions?: VersionRange
}

export type Introduced = {
  introduction: Introduction
  /** What was signed. */
  statement: string
  /** Public key of the house that was spoken to. */
  house: string
  /** @throws AppError `unauthenticated` when the answer does not come from that house */
  checkProof: (proof: string) => void
}

/**
 * Says who this agent is, so that only the coordinator that sent the challenge can use it.
 *
 * @throws AppError `version_unsupported` when the two cannot talk, `unauthenticated` when it is another house than the
 *   one this agent belongs to
 */
export function introduce(about: Introducing, challenge: Challenge): Introduced {
  const { key, coordinator, purpose, name, agentVersion, versions = ownVersions } = about
  const { publicKey } = key
  const protocolVersion = agreeOnVersion(versions, challenge.versions)
  const house = challenge.house
  if (typeof protocolVersion !== 'number' || house === undefined) {
    const { oldest, newest } = challenge.versions
    throw new AppError(
      'version_unsupported',
      `This agent (Hearth ${agentVersion}) speaks protocol ${versions.newest}, the coordinator ${oldest === newest ? newest : `${oldest} to ${newest}`}: ${upgradeAdvice(protocolVersion === 'agent' ? 'agent' : 'coordinator')}`,
    )
  }
  if (coordinator.house !== null && coordinator.house !== house) {
    throw new AppError(
      'unauthenticated',
      'Another Hearth answers at this address than the one that this agent belongs to: if that is meant, pair the agent again',
    )
  }
  const channel = coordinator.fingerprint ?? ''
  const nonce = randomBytes(32).toString('base64url')
  const statement = agentStatement({ purpose, house, channel, nonce: challenge.nonce, publicKey })
  const introduction = { protocolVersion, agentVersion, name, publicKey, nonce }
  return {
    introduction: { ...introduction, signature: signStatement(key, statement) },
    statement,
    house,
    checkProof: (proof) => {
      const expected = houseStatement({ purpose, house, channel, nonce, publicKey })
      if (!isSignedBy(house, expected, proof)) {
        throw new AppError(
          'unauthenticated',
          'The coordinator could not prove that it is the one that this agent belongs to; nothing is taken from it',
        )
      }
    },
  }
}

function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}
