import type { AgentSettings, CoordinatorEvent, CoordinatorMessage } from '../../protocol/agents.ts'

/** What the HTTP side needs of the agents, wherever they are connected; `AgentWords` says it. */
export type FleetLink = {
  /** Nothing happens when the agent is not connected. */
  sendTo<E extends CoordinatorEvent>(agentId: number, event: E, message: CoordinatorMessage<E>): void
  hintWork(hint?: CoordinatorMessage<'work.available'>): void
  drain(agentId: number, drain: boolean): Promise<void>
  configure(agentId: number, settings: AgentSettings): Promise<void>
  rename(agentId: number, name: string): Promise<void>
  /** Shuts it out for good, and takes back what it holds. */
  revoke(agentId: number): Promise<void>
  /** The limit of a kind has changed. */
  limitsChanged(): void
}
