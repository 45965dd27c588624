import type { Logger } from 'pino'
import type { Socket } from 'socket.io'
import { AppError } from '../../protocol/errors.ts'
import { type DoorAnswer, type DoorEvent, type DoorMessage, doorEvents } from '../../protocol/pairing.ts'
import { ownVersions, type VersionRange } from '../../protocol/versions.ts'
import type { Database } from '../db/database.ts'
import { RateLimit } from '../http/rate-limit.ts'
import { answerEvent } from '../hub/answer-event.ts'
import { checkIntroduction, checkVersion, type Door } from './check-introduction.ts'
import { identifyAgent } from './identify-agent.ts'
import { askToJoin } from './join-requests.ts'
import { redeemCode } from './redeem-code.ts'

const WINDOW_MS = 60_000
/** Of one address in a minute. Codes are tried by hand; who waits to be let in asks every few seconds. */
const MOST_PER_ADDRESS: Record<DoorEvent, number> = { pair: 10, join: 60, identify: 60 }
/** Of all addresses: each costs a statement or two. */
const MOST_OF_ALL = 600

export type ReceptionOptions = {
  db: Database
  log: Logger
  /** There may be nobody who could let an agent in without a code. */
  takesRequests: boolean
  versions?: VersionRange
  /** Somebody asks to be let in, or has been. */
  onChange: (what: 'joining' | 'agents') => void
  /** The agent has another key now: whoever is connected with the old one must go. */
  onReplaced: (agentId: number) => void
}

/**
 * Receives agents that do not work here yet: those with a code, those that ask to be let in, and those that only
 * want to know how they stand. Nobody gets anything else before they are let in.
 */
export class Reception {
  readonly #options: ReceptionOptions
  readonly #ofAddress: Record<DoorEvent, RateLimit>
  readonly #ofAll = new RateLimit({ limit: MOST_OF_ALL, windowMs: WINDOW_MS })

  constructor(options: ReceptionOptions) {
    this.#options = options
    const limit = (event: DoorEvent) => new RateLimit({ limit: MOST_PER_ADDRESS[event], windowMs: WINDOW_MS })
    this.#ofAddress = { pair: limit('pair'), join: limit('join'), identify: limit('identify') }
  }

  attend(socket: Socket, door: Door): void {
    this.#receive(socket, 'pair', (message) => this.#pair(door, message))
    this.#receive(socket, 'join', (message) => this.#join(door, message, addressOf(socket)))
    this.#receive(socket, 'identify', async (message) => {
      const { proof } = checkIntroduction(door, 'identify', message)
      const publicKey = Buffer.from(message.publicKey, 'base64url')
      return { ...(await identifyAgent(this.#options.db, publicKey)), proof }
    })
  }

  #receive<E extends DoorEvent>(
    socket: Socket,
    event: E,
    handle: (message: DoorMessage<E>) => Promise<DoorAnswer<E>>,
  ): void {
    const { log, versions = ownVersions } = this.#options
    const schema = doorEvents[event].message
    const check = (raw: unknown) => {
      // First: whatever is said, saying it is what is counted.
      this.#ofAddress[event].count(addressOf(socket))
      this.#ofAll.count('all')
      checkVersion(raw, versions)
    }
    answerEvent(socket, { event, schema, log, check }, (message) => handle(message as DoorMessage<E>))
  }

  async #pair(door: Door, message: DoorMessage<'pair'>): Promise<DoorAnswer<'pair'>> {
    const { db, log, onChange, onReplaced } = this.#options
    const { statement, proof } = checkIntroduction(door, 'pair', message)
    const { name, selector, codeProof } = message
    const publicKey = Buffer.from(message.publicKey, 'base64url')
    const { agentId, coordinatorProof } = await redeemCode(db, {
      selector,
      codeProof,
      statement,
      name,
      publicKey,
    }).catch((error) => {
      if (error instanceof AppError) log.warn({ agent: name, reason: error.message }, 'pairing refused')
      onChange('joining')
      throw error
    })
    log.info({ agent: name, agentId }, 'agent paired')
    onReplaced(agentId)
    onChange('joining')
    onChange('agents')
    return { agentId, proof, codeProof: coordinatorProof }
  }

  async #join(door: Door, message: DoorMessage<'join'>, address: string): Promise<DoorAnswer<'join'>> {
    const { db, log, takesRequests, onChange } = this.#options
    const { proof } = checkIntroduction(door, 'join', message)
    const { name, facts } = message
    const publicKey = Buffer.from(message.publicKey, 'base64url')
    if (!takesRequests) {
      throw new AppError(
        'forbidden',
        'This Hearth lets machines in by a code only: make one with “Add machine” on the dashboard',
      )
    }
    const { state, isNew } = await askToJoin(db, { name, facts, publicKey, address })
    if (isNew) {
      log.info({ agent: name, address }, 'an agent asks to be let in')
      onChange('joining')
    }
    return { state, proof }
  }
}

function addressOf(socket: Socket): string {
  return socket.handshake.address
}
