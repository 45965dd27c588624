import type { AgentAnswer, AgentEvent, AgentMessage } from '../../protocol/agents.ts'
import type { ConnectedAgent } from './connected-agent.ts'

/** What an agent may say once it has said hello. */
export type GreetedEvent = Exclude<AgentEvent, 'hello'>

/** Handlers for some of it; none is called with a message of another shape than agreed. */
export type GreetedEvents<E extends GreetedEvent> = {
  [Event in E]: (agent: ConnectedAgent, message: AgentMessage<Event>) => Promise<AgentAnswer<Event>>
}
