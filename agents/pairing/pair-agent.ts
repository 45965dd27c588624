import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import { type PairingCode, pairingTranscript } from '../../protocol/pairing-code.ts'
import type { AgentKey } from '../runtime/agent-key.ts'
import { readHostFacts } from '../runtime/host-facts.ts'
import { type Asker, askAtDoor } from './ask-at-door.ts'
import { derivePairingKey } from './derive-pairing-key.ts'
import { type Pairing, writePairing } from './pairing-file.ts'
import { readCertificate } from './read-certificate.ts'

export type PairOptions = {
  url: string
  code: PairingCode
  name: string
  key: AgentKey
  stateFolder: string
}

/**
 * Presents a code and remembers the coordinator that knew it too.
 *
 * The code itself never leaves this machine: both sides prove, with a key made of it, that they know it, over the
 * agent's public key, this connection's nonce and the certificate. Whoever listens learns nothing that helps within the
 * ten minutes of its life, and whoever stands between the two cannot put another key in.
 *
 * @throws AppError `forbidden` for a code that is not good, `unauthenticated` when the other side does not know it
 */
export async function pairAgent({ url, code, name, key, stateFolder }: PairOptions): Promise<Pairing> {
  const fingerprint = await requireTrust(url, code.fingerprint)
  const asker: Asker = { url, key, name, coordinator: { house: null, fingerprint } }
  let expected: Buffer | undefined
  const { answer, introduced } = await askAtDoor(
    asker,
    'pair',
    async ({ introduction, statement, house }) => {
      const secret = await derivePairingKey(house, code.selector, code.secret)
      const mac = (side: 'agent' | 'coordinator') =>
        createHmac('sha256', secret)
          .update(pairingTranscript(side, statement, name))
          .digest()
      expected = mac('coordinator')
      const codeProof = mac('agent').toString('base64url')
      return { ...introduction, facts: readHostFacts(), selector: code.selector, codeProof }
    },
  )
  if (!expected || !timingSafeEqual(expected, Buffer.from(answer.codeProof, 'base64url'))) {
    throw new AppError(
      'unauthenticated',
      `Whoever answers at ${url} does not know this code: it is not the Hearth that made it; nothing was stored`,
    )
  }
  const pairing: Pairing = { urls: [new URL(url).origin], house: introduced.house, fingerprint, name }
  writePairing(stateFolder, pairing)
  return pairing
}

/** The certificate to hold the coordinator to: the code's, or none where an authority vouches or there is no TLS. */
async function requireTrust(url: string, fingerprint: string | null): Promise<string | null> {
  if (fingerprint !== null) {
    if (new URL(url).protocol !== 'https:') {
      throw new AppError(
        'bad_request',
        `This code is for an encrypted connection: give the address with https, ${url.replace(/^http:/, 'https:')}`,
      )
    }
    return fingerprint
  }
  const seen = await readCertificate(url)
  if (seen === null || seen.isTrusted) return null
  throw new AppError(
    'unauthenticated',
    `The certificate at ${url} is vouched for by nobody this machine trusts: copy the whole command from “Add machine”, its code carries the certificate's fingerprint`,
  )
}
