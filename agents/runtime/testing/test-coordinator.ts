import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import {
  type AgentAnswer,
  type AgentEvent,
  type AgentMessage,
  type AgentSettings,
  agentEvents,
  type CoordinatorEvent,
  type CoordinatorMessage,
  type Reply,
} from '../../../protocol/agents.ts'
import { toErrorBody } from '../../../protocol/errors.ts'
import { agentStatement, houseStatement } from '../../../protocol/introduction.ts'
import { type JobKind, jobContracts, priorities } from '../../../protocol/jobs.ts'
import type { Lease } from '../../../protocol/leases.ts'
import { ownVersions } from '../../../protocol/versions.ts'

/** As the coordinator has it: a longer message costs its sender the connection. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024
const NONCE = 'n'.repeat(43)
const house = generateKeyPairSync('ed25519')
const housePublicKey = house.publicKey.export({ format: 'jwk' }).x as string

/** What a test lets the coordinator answer; `undefined` is silence. */
type Answer<E extends AgentEvent> = AgentAnswer<E> | undefined
type Script = { [E in AgentEvent]?: (message: AgentMessage<E>) => Answer<E> | Promise<Answer<E>> }

export type TestCoordinatorOptions = { port?: number; pingInterval?: number; pingTimeout?: number }

/**
 * The far side of the agent: plays a coordinator over a real Socket.IO and HTTP server, as a test scripts it.
 * Every message is parsed as the contract says.
 */
export class TestCoordinator {
  readonly url: string
  /** What the owner of the fleet wants of every agent. */
  settings: AgentSettings = { concurrency: {} }
  readonly script: Script = {}
  onHttp: RequestListener = (_request, response) => response.writeHead(404).end()
  heartbeatMs = 100
  challenge: unknown = { nonce: NONCE, house: housePublicKey, versions: ownVersions }
  /** Handed out in order, as many as the agent has slots for. */
  readonly queue: Lease[] = []
  readonly got: { event: AgentEvent; message: unknown; atMs: number }[] = []
  readonly #server: HttpServer
  readonly #io: Server

  private constructor(server: HttpServer, io: Server) {
    this.#server = server
    this.#io = io
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    io.of('/agents').on('connection', (socket) => this.#accept(socket))
    server.on('request', (request, response) => {
      if (!request.url?.startsWith('/socket.io')) this.onHttp(request, response)
    })
  }

  static async start({ port = 0, ...pings }: TestCoordinatorOptions = {}): Promise<TestCoordinator> {
    const server = createServer()
    const io = new Server(server, { serveClient: false, maxHttpBufferSize: MAX_MESSAGE_BYTES, ...pings })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new TestCoordinator(server, io)
  }

  received<E extends AgentEvent>(event: E): AgentMessage<E>[] {
    return this.got.filter((each) => each.event === event).map((each) => each.message as AgentMessage<E>)
  }

  /** Every result that arrived, in order. */
  completed(): AgentMessage<'job.complete'>['jobs'] {
    return this.received('job.complete').flatMap(({ jobs }) => jobs)
  }

  tell<E extends CoordinatorEvent>(event: E, message: CoordinatorMessage<E>): void {
    this.#io.of('/agents').emit(event, message)
  }

  /** Cuts every connection, as a network does. */
  cut(): void {
    for (const socket of this.#io.of('/agents').sockets.values()) socket.conn.close()
  }

  /** Ends every connection with a word, as a coordinator does. */
  hangUp(): void {
    this.#io.of('/agents').disconnectSockets(true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await this.#io.close()
  }

  #accept(socket: Socket): void {
    for (const event of Object.keys(agentEvents) as AgentEvent[]) {
      socket.on(event as string, async (raw: unknown, reply: (answer: Reply) => void = () => {}) => {
        const message = agentEvents[event].message.parse(raw)
        this.got.push({ event, message, atMs: performance.now() })
        try {
          const value = await this.#answer(event, message)
          if (value !== undefined) reply({ ok: true, value })
        } catch (error) {
          reply({ ok: false, error: toErrorBody(error) })
        }
      })
    }
    socket.emit('challenge', this.challenge)
  }

  #answer(event: AgentEvent, message: unknown): unknown {
    const scripted = this.script[event] as ((message: unknown) => unknown) | undefined
    if (scripted) return scripted(message)
    switch (event) {
      case 'hello':
        return this.greet(message as AgentMessage<'hello'>)
      case 'lease.request':
        return { leases: this.lease((message as AgentMessage<'lease.request'>).slots) }
      case 'job.complete':
        return { refused: [], leases: this.lease((message as AgentMessage<'job.complete'>).slots) }
      case 'lease.renew':
        return { gone: [] }
      case 'agent.power':
        return { stay: false }
      case 'sources.samples':
        return { samples: [] }
      default:
        return {}
    }
  }

  greet(hello: AgentMessage<'hello'>, gone: number[] = []): AgentAnswer<'hello'> {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: hello.publicKey }, format: 'jwk' })
    const signature = Buffer.from(hello.signature, 'base64url')
    const about = {
      purpose: 'hello',
      house: housePublicKey,
      channel: '',
      publicKey: hello.publicKey,
    } as const
    const statement = agentStatement({ ...about, nonce: NONCE })
    if (!verify(null, Buffer.from(statement), key, signature)) throw new Error('Not signed')
    const answer = houseStatement({ ...about, nonce: hello.nonce })
    const proof = sign(null, Buffer.from(answer), house.privateKey).toString('base64url')
    return {
      agentId: 1,
      proof,
      sessionToken: 'token',
      heartbeatMs: this.heartbeatMs,
      settings: this.settings,
      gone,
    }
  }

  /** As many as were asked for, of what was asked for. */
  lease(slots: AgentMessage<'lease.request'>['slots']): Lease[] {
    return slots.flatMap(({ capability, count, minPriority = -Infinity }) => {
      const fitting = this.queue.filter(
        (lease) => lease.capability === capability && lease.priority >= minPriority,
      )
      const leases = fitting.slice(0, count)
      for (const lease of leases) this.queue.splice(this.queue.indexOf(lease), 1)
      return leases
    })
  }
}

export function leaseOf(jobId: number, changes: Partial<Lease> = {}): Lease {
  const kind = changes.kind ?? 'file.ingest'
  const contract = jobContracts[kind as JobKind] ?? { capability: 'ingest', priority: priorities.ingest }
  const { capability, priority } = contract
  const input = { fileId: jobId, libraryId: 1, root: '/r', path: `${jobId}.jpg`, sizeBytes: 1, mtimeUs: 1 }
  return { jobId, fencingToken: 1, kind, capability, priority, ttlMs: 30_000, input, ...changes }
}
