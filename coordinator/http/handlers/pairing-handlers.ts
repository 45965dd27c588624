import { AppError } from '../../../protocol/errors.ts'
import { formatPairingCode } from '../../../protocol/pairing-code.ts'
import type { Database } from '../../db/database.ts'
import { requireAgent } from '../../fleet/agent-views.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import { approveJoinRequest, listJoinRequests, refuseJoinRequest } from '../../pairing/join-requests.ts'
import { createPairingCode, deletePairingCode, listPairingCodes } from '../../pairing/pairing-codes.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'revokeAgent'
  | 'createPairingCode'
  | 'listPairingCodes'
  | 'deletePairingCode'
  | 'listJoinRequests'
  | 'approveJoinRequest'
  | 'refuseJoinRequest'

/** What a new machine must know of this coordinator. */
export type PairingFacts = {
  /** Public key of the house. */
  house: string
  /** Of the certificate that agents pin; null when they need not. */
  fingerprint: () => string | null
  /** See `pairingUrls`. */
  urls: () => string[]
}

type Dependencies = {
  db: Database
  fleet: FleetLink
  pairing: PairingFacts
  onChange: (what: 'joining' | 'agents') => void
}

export function pairingHandlers({ db, fleet, pairing, onChange }: Dependencies): Pick<Handlers, Names> {
  return {
    revokeAgent: async ({ params }) => {
      await fleet.revoke(params.id)
      return {}
    },
    createPairingCode: async ({ body, caller }) => {
      const options = { agentId: body.agentId, accountId: caller.id }
      const { id, selector, secret } = await createPairingCode(db, pairing.house, options)
      const view = (await listPairingCodes(db)).find((code) => code.id === id)
      if (!view) throw new AppError('not_found', 'The code was deleted while it was being made; make another')
      const code = formatPairingCode({ selector, secret, fingerprint: pairing.fingerprint() })
      return { ...view, code, urls: pairing.urls() }
    },
    listPairingCodes: async () => ({ items: await listPairingCodes(db) }),
    deletePairingCode: async ({ params }) => {
      await deletePairingCode(db, params.id)
      return {}
    },
    listJoinRequests: async () => ({ items: await listJoinRequests(db, pairing.house) }),
    approveJoinRequest: async ({ params }) => {
      const agentId = await approveJoinRequest(db, params.id)
      onChange('joining')
      onChange('agents')
      return await requireAgent(db, agentId)
    },
    refuseJoinRequest: async ({ params }) => {
      await refuseJoinRequest(db, params.id)
      onChange('joining')
      return {}
    },
  }
}
