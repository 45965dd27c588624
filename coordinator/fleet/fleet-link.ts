import type { CoordinatorEvent, CoordinatorMessage } from '../../protocol/agents.ts'

/** What the HTTP side needs of the connected agents; `AgentHub` gives it. */
export type FleetLink = {
  isOnline(agentId: number): boolean
  /** False when the agent is not connected. */
  sendTo<E extends CoordinatorEvent>(agentId: number, event: E, message: CoordinatorMessage<E>): boolean
  hintWork(): void
  drain(agentId: number, drain: boolean): Promise<void>
}
