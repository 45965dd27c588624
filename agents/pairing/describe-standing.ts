import { toErrorBody } from '../../protocol/errors.ts'
import type { IdentifyAnswer } from '../../protocol/pairing.ts'
import type { AgentKey } from '../runtime/agent-key.ts'
import { askAtDoor } from './ask-at-door.ts'
import { joinFingerprint } from './join-coordinator.ts'
import type { Pairing } from './pairing-file.ts'

/** How an agent stands with its coordinators. */
export type Standing = Omit<IdentifyAnswer, 'proof' | 'state'> & {
  state: IdentifyAnswer['state'] | 'unpaired' | 'unreachable'
  /** Why it is not known, where it is not. */
  reason: string | null
  /** See `joinFingerprint`; null before the first pairing. */
  fingerprint: string | null
}

/** Before the first pairing. */
export const unpaired: Standing = {
  state: 'unpaired',
  name: null,
  online: false,
  paused: false,
  reason: null,
  fingerprint: null,
}

/** Asks the coordinators one after the other, until one answers. Its connection, where it has one, is left alone. */
export async function describeStanding(pairing: Pairing, key: AgentKey): Promise<Standing> {
  const nothing = { name: null, online: false, paused: false }
  const { urls, house, name } = pairing
  const fingerprint = joinFingerprint(house, key.publicKey)
  let reason = ''
  for (const url of urls) {
    try {
      const asker = { url, key, name, coordinator: pairing }
      const { answer } = await askAtDoor(asker, 'identify', ({ introduction }) => introduction)
      const { proof: _, ...standing } = answer
      return { ...standing, reason: null, fingerprint }
    } catch (error) {
      reason = toErrorBody(error).message
    }
  }
  return { ...nothing, state: 'unreachable', reason, fingerprint }
}
