import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import {
  type AgentAnswer,
  type AgentEvent,
  type AgentMessage,
  agentEvents,
  type CoordinatorEvent,
  type CoordinatorMessage,
  coordinatorEvents,
  type HostFacts,
  Reply,
} from '../../../protocol/agents.ts'
import type { ErrorBody } from '../../../protocol/errors.ts'
import { agentStatement, Challenge, type Introduction, type Purpose } from '../../../protocol/introduction.ts'
import { type DoorAnswer, type DoorEvent, doorEvents } from '../../../protocol/pairing.ts'
import { PROTOCOL_VERSION } from '../../../protocol/versions.ts'

const ANSWER_LIMIT_MS = 10_000

export type TestKey = { publicKey: string; privateKey: KeyObject }

export function createKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { publicKey: publicKey.export({ format: 'jwk' }).x as string, privateKey }
}

/** The far side of the agent protocol: says exactly what a test wants, and keeps what it hears. */
export class TestAgent {
  readonly socket: Socket
  readonly key: TestKey
  challenge: Challenge = { nonce: '', versions: { oldest: 0, newest: 0 } }
  instance = randomBytes(16).toString('base64url')
  readonly heard: { event: CoordinatorEvent; message: unknown }[] = []

  private constructor(url: string, key: TestKey) {
    this.key = key
    this.socket = io(`${url}/agents`, { transports: ['websocket'], reconnection: false, forceNew: true })
    for (const event of Object.keys(coordinatorEvents) as CoordinatorEvent[]) {
      this.socket.on(event as string, (message: unknown) => {
        this.heard.push({ event, message: coordinatorEvents[event].parse(message) })
      })
    }
  }

  /** Connected and challenged; nothing has been said yet. */
  static async dial(url: string, key: TestKey): Promise<TestAgent> {
    const agent = new TestAgent(url, key)
    const [challenge] = await once(agent.socket as unknown as NodeJS.EventEmitter, 'challenge')
    agent.challenge = Challenge.parse(challenge)
    return agent
  }

  get nonce(): string {
    return this.challenge.nonce
  }

  /** How it says who it is; `channel` as if it had pinned that certificate. */
  introduction(purpose: Purpose, channel = ''): Introduction {
    const { key, challenge } = this
    return {
      protocolVersion: PROTOCOL_VERSION,
      agentVersion: '0.1.0',
      name: 'vault',
      publicKey: key.publicKey,
      nonce: randomBytes(32).toString('base64url'),
      signature: signature(key, challenge, { purpose, channel }),
    }
  }

  hello(changes: Partial<AgentMessage<'hello'>> = {}): AgentMessage<'hello'> {
    return {
      ...this.introduction('hello'),
      facts: testFacts,
      capabilities: [
        { capability: 'scan', concurrency: 1 },
        { capability: 'ingest', concurrency: 2 },
      ],
      roots: ['/pictures'],
      models: [],
      instance: this.instance,
      held: [],
      ...changes,
    }
  }

  /** Sends anything and gives the coordinator's reply. */
  async send(event: AgentEvent | DoorEvent, message: unknown): Promise<Reply> {
    return Reply.parse(await this.socket.timeout(ANSWER_LIMIT_MS).emitWithAck(event, message))
  }

  async refusal(event: AgentEvent | DoorEvent, message: unknown): Promise<ErrorBody> {
    const reply = await this.send(event, message)
    if (reply.ok) throw new Error(`"${event}" was accepted`)
    return reply.error
  }

  async ask<E extends AgentEvent>(event: E, message: AgentMessage<E>): Promise<AgentAnswer<E>> {
    const reply = await this.send(event, message)
    if (!reply.ok) throw new Error(`"${event}" was refused: ${reply.error.code} ${reply.error.message}`)
    return agentEvents[event].answer.parse(reply.value) as AgentAnswer<E>
  }

  async askAtTheDoor<E extends DoorEvent>(event: E, message: unknown): Promise<DoorAnswer<E>> {
    const reply = await this.send(event, message)
    if (!reply.ok) throw new Error(`"${event}" was refused: ${reply.error.code} ${reply.error.message}`)
    return doorEvents[event].answer.parse(reply.value) as DoorAnswer<E>
  }

  async lease(capability: 'scan' | 'ingest', count: number) {
    return (await this.ask('lease.request', { slots: [{ capability, count }] })).leases
  }

  /** The last message of one kind that has arrived. */
  last<E extends CoordinatorEvent>(event: E): CoordinatorMessage<E> | undefined {
    return this.heard.findLast((each) => each.event === event)?.message as CoordinatorMessage<E> | undefined
  }

  async untilGone(): Promise<void> {
    if (this.socket.connected) await once(this.socket as unknown as NodeJS.EventEmitter, 'disconnect')
  }
}

export const testFacts: HostFacts = {
  hostName: 'nas',
  os: 'Linux',
  arch: 'x64',
  cpuModel: 'test',
  cpuCount: 2,
  memoryBytes: 1e9,
  gpu: null,
  macAddresses: [],
}

/** What an agent with this key says to a challenge. */
export function signature(
  key: TestKey,
  { nonce, house = '' }: Challenge,
  { purpose = 'hello', channel = '' }: { purpose?: Purpose; channel?: string } = {},
): string {
  const statement = agentStatement({ purpose, house, channel, nonce, publicKey: key.publicKey })
  return sign(null, Buffer.from(statement), key.privateKey).toString('base64url')
}
