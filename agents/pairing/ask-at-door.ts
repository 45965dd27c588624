import { io } from 'socket.io-client'
import { Reply } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'
import { Challenge } from '../../protocol/introduction.ts'
import { type DoorAnswer, type DoorEvent, type DoorMessage, doorEvents } from '../../protocol/pairing.ts'
import type { AgentKey } from '../runtime/agent-key.ts'
import { AGENT_VERSION } from '../runtime/agent-version.ts'
import { type Introduced, introduce, type KnownCoordinator } from '../runtime/introduce.ts'
import { socketOptions } from '../runtime/socket-options.ts'

const LIMIT_MS = 10_000

export type Asker = {
  url: string
  key: AgentKey
  name: string
  coordinator: KnownCoordinator
}

/**
 * Says one thing to a coordinator on a connection of its own, and hangs up.
 *
 * @param complete makes the message of the introduction
 * @returns the answer, of which it is proved that it comes from `house`
 * @throws AppError `unavailable` when nobody answers; as the coordinator says; as `introduce` says
 */
export async function askAtDoor<E extends DoorEvent>(
  asker: Asker,
  event: E,
  complete: (introduced: Introduced) => Promise<DoorMessage<E>> | DoorMessage<E>,
): Promise<{ answer: DoorAnswer<E>; introduced: Introduced }> {
  const { url, key, name, coordinator } = asker
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  const socket = io(`${url}/agents`, socketOptions(coordinator.fingerprint, broken.reject))
  const unanswered = (cause: unknown) =>
    new AppError(
      'unavailable',
      `No coordinator answers at ${url}: is Hearth running there, and is the address right?`,
      {
        cause,
      },
    )
  try {
    const challenged = Promise.withResolvers<unknown>()
    socket.once('challenge', challenged.resolve)
    socket.on('connect_error', (error) => broken.reject(unanswered(error)))
    socket.on('disconnect', (reason) => broken.reject(unanswered(reason)))
    const limit = setTimeout(() => broken.reject(unanswered('no challenge')), LIMIT_MS)
    const challenge = Challenge.safeParse(await Promise.race([challenged.promise, broken.promise]))
    clearTimeout(limit)
    if (!challenge.success) throw unanswered(challenge.error)

    const introduced = introduce(
      { key, coordinator, purpose: event, name, agentVersion: AGENT_VERSION },
      challenge.data,
    )
    const message = await complete(introduced)
    const answered = socket
      .timeout(LIMIT_MS)
      .emitWithAck(event as string, message)
      .catch((error: unknown) => {
        throw unanswered(error)
      })
    const reply = Reply.safeParse(await Promise.race([answered, broken.promise]))
    if (!reply.success) throw unanswered(reply.error)
    if (!reply.data.ok) {
      const { code, message, details } = reply.data.error
      throw new AppError(code, message, { details })
    }
    const answer = doorEvents[event].answer.safeParse(reply.data.value)
    if (!answer.success) throw unanswered(answer.error)
    introduced.checkProof(answer.data.proof)
    return { answer: answer.data as DoorAnswer<E>, introduced }
  } finally {
    socket.close()
  }
}
