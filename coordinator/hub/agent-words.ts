import type { Namespace } from 'socket.io'
import type { AgentSettings, CoordinatorEvent, CoordinatorMessage } from '../../protocol/agents.ts'
import type { Capability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import type { Database } from '../db/database.ts'
import { revokeAgent } from '../pairing/revoke-agent.ts'

export type AgentWordsOptions = {
  db: Database
  namespace: Namespace
  onChange: (what: LiveEvent) => void
}

/**
 * What the coordinator says to agents. Words go to rooms, so that they reach agents that are connected to the
 * other coordinators too; what must last is in the agent's row before it is said.
 */
export class AgentWords {
  readonly #options: AgentWordsOptions

  constructor(options: AgentWordsOptions) {
    this.#options = options
  }

  /** Wherever it is connected; nothing happens when it is not. */
  sendTo<E extends CoordinatorEvent>(agentId: number, event: E, message: CoordinatorMessage<E>): void {
    this.#options.namespace.to(roomOfAgent(agentId)).emit(event, message)
  }

  /** Tells agents that ask anyway now and then that asking now is worth it. */
  hintWork(hint: CoordinatorMessage<'work.available'> = {}): void {
    const { namespace } = this.#options
    const agents = hint.capability ? namespace.to(roomOfCapability(hint.capability)) : namespace
    agents.emit('work.available', hint)
  }

  /** Lets an agent finish what it holds and take no more, or work again; remembered. */
  async drain(agentId: number, drain: boolean): Promise<void> {
    await this.#update(agentId, { draining: drain })
    this.sendTo(agentId, 'agent.drain', { drain })
    this.#options.onChange('agents')
  }

  /** Asks an agent for more or less at once, up to what it offers; remembered. */
  async configure(agentId: number, settings: AgentSettings): Promise<void> {
    await this.#update(agentId, { settings: JSON.stringify(settings) })
    this.sendTo(agentId, 'agent.settings', settings)
    this.#options.onChange('agents')
  }

  /** Another name for people; remembered. */
  async rename(agentId: number, name: string): Promise<void> {
    await this.#update(agentId, { name })
    this.#options.onChange('agents')
  }

  /** Shuts an agent out, wherever it is connected. */
  async revoke(agentId: number): Promise<void> {
    await revokeAgent(this.#options.db, agentId)
    this.hangUp(agentId)
    this.hintWork()
    this.#options.onChange('agents')
  }

  /** Ends its connection, wherever that is. */
  hangUp(agentId: number): void {
    this.#options.namespace.in(roomOfAgent(agentId)).disconnectSockets(true)
  }

  async #update(
    agentId: number,
    change: { draining: boolean } | { settings: string } | { name: string },
  ): Promise<void> {
    const row = await this.#options.db
      .updateTable('agent')
      .set(change)
      .where('id', '=', agentId)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw new AppError('not_found', `There is no agent ${agentId}`)
  }
}

/** Where the words to an agent are heard. */
export function roomsOf(agentId: number, capabilities: Iterable<Capability>): string[] {
  return [roomOfAgent(agentId), ...Array.from(capabilities, roomOfCapability)]
}

function roomOfAgent(agentId: number): string {
  return `agent ${agentId}`
}

function roomOfCapability(capability: Capability): string {
  return `capability ${capability}`
}
