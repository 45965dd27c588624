import { z } from 'zod'
import { HostFacts } from './agents.ts'
import { AgentId } from './ids.ts'
import { Introduction, Signature } from './introduction.ts'

/** HMAC-SHA256, base64url. */
const Mac = z.base64url().length(43)

/** Presents a code that an administrator has made: the agent is let in at once. */
export const Pair = Introduction.extend({
  facts: HostFacts,
  selector: z.string().length(4),
  /** Over `pairingTranscript('agent', …)`. */
  codeProof: Mac,
})
export type Pair = z.infer<typeof Pair>

export const PairAnswer = z.object({
  agentId: AgentId,
  proof: Signature,
  /** Over `pairingTranscript('coordinator', …)`: only who made the code can make it. */
  codeProof: Mac,
})
export type PairAnswer = z.infer<typeof PairAnswer>

/** Asks to be let in without a code; asked again every few seconds until a person has decided. */
export const Join = Introduction.extend({ facts: HostFacts })
export type Join = z.infer<typeof Join>

export const JoinAnswer = z.object({ state: z.enum(['waiting', 'approved', 'refused']), proof: Signature })
export type JoinAnswer = z.infer<typeof JoinAnswer>

/** Asks how this agent stands here, without connecting it. */
export const Identify = Introduction
export const IdentifyAnswer = z.object({
  state: z.enum(['paired', 'waiting', 'refused', 'revoked', 'unknown']),
  /** As the dashboard shows it; null of one that is not paired. */
  name: z.string().nullable(),
  online: z.boolean(),
  /** Takes no work until a person resumes it. */
  paused: z.boolean(),
  proof: Signature,
})
export type IdentifyAnswer = z.infer<typeof IdentifyAnswer>

/** What an agent that does not come to work may say, in the same namespace and with the same kind of answer (`Reply`). */
export const doorEvents = {
  pair: { message: Pair, answer: PairAnswer },
  join: { message: Join, answer: JoinAnswer },
  identify: { message: Identify, answer: IdentifyAnswer },
} as const
export type DoorEvent = keyof typeof doorEvents
export type DoorMessage<E extends DoorEvent> = z.infer<(typeof doorEvents)[E]['message']>
export type DoorAnswer<E extends DoorEvent> = z.infer<(typeof doorEvents)[E]['answer']>

const Id = z.int().positive()

/** A code as administrators see it afterwards. Its secret is told once, when it is made. */
export const PairingCodeView = z
  .object({
    id: Id,
    /** The first of its four groups. */
    selector: z.string(),
    state: z.enum(['waiting', 'used', 'dead', 'expired']),
    expiresAt: z.iso.datetime(),
    triesLeft: z.int().nonnegative(),
    /** Who joined with it, or whose place it is for. */
    agent: z.object({ id: AgentId, name: z.string() }).nullable(),
  })
  .meta({ id: 'PairingCode' })
export type PairingCodeView = z.infer<typeof PairingCodeView>

export const NewPairingCode = PairingCodeView.extend({
  /** See `formatPairingCode`. */
  code: z.string(),
  /** Addresses of this coordinator that other machines may reach, the likeliest first; none on loopback. */
  urls: z.array(z.string()),
}).meta({ id: 'NewPairingCode' })
export type NewPairingCode = z.infer<typeof NewPairingCode>

/** An agent that was not invited and waits to be let in. */
export const JoinRequestView = z
  .object({
    id: Id,
    name: z.string(),
    facts: HostFacts,
    /** Where it asks from. */
    address: z.string(),
    /** The agent prints the same: 120 bits over its key and the key of this house. */
    fingerprint: z.string(),
    askedAt: z.iso.datetime(),
  })
  .meta({ id: 'JoinRequest' })
export type JoinRequestView = z.infer<typeof JoinRequestView>

/** An agent that asks is forgotten when it has not asked again for so long. */
export const JOIN_REQUEST_MS = 60_000
