import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { Server, Socket } from 'socket.io'
import { SocketBudget, type SocketRates } from './socket-budget.ts'

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * KIBIBYTE

export type SocketLimits = {
  /** Of one who has not said who it is: a hello with a thousand held leases, and little else. */
  stranger: SocketRates
  /** Of an agent or a signed-in browser: ten times what the busiest agent sends. */
  trusted: SocketRates
  /** Strangers at once, from one address and from all. */
  strangersPerAddress: number
  strangers: number
  /** How long one may stay a stranger. */
  strangerLimitMs: number
  /** Answers that wait for one who does not read them. */
  unreadBytes: number
}

const usualLimits: SocketLimits = {
  stranger: {
    messages: { burst: 40, perSecond: 5 },
    bytes: { burst: MEBIBYTE, perSecond: 16 * KIBIBYTE },
  },
  trusted: {
    messages: { burst: 50_000, perSecond: 10_000 },
    bytes: { burst: 256 * MEBIBYTE, perSecond: 32 * MEBIBYTE },
  },
  strangersPerAddress: 256,
  strangers: 1_024,
  strangerLimitMs: 15_000,
  unreadBytes: 32 * MEBIBYTE,
}

/** A connection below Socket.IO's namespaces. */
type RawSocket = Socket['conn']

type Guarded = { budget: SocketBudget; address: string; isStranger: boolean; limit: NodeJS.Timeout }

/**
 * Keeps what comes in through sockets within bounds, before it is parsed.
 *
 * Of one connection: stranger → trusted: `trust()`, called when its agent has proved its key or its browser
 *   its session. stranger → closed: too many messages or bytes, or too long a stranger. trusted → closed: far
 *   more messages or bytes than any agent sends, or answers that it does not read. Who is closed may come again.
 *
 * Behind a proxy all have one address, so that the limit for one address is one for all: it holds only
 * strangers, and those are gone after seconds.
 */
export class SocketGuard {
  readonly #log: Logger
  readonly #limits: SocketLimits
  readonly #now: () => number
  readonly #guarded = new WeakMap<RawSocket, Guarded>()
  readonly #strangers = new Map<string, number>()
  #strangerCount = 0

  constructor(options: { log: Logger; limits?: Partial<SocketLimits>; now?: () => number }) {
    this.#log = options.log
    this.#limits = { ...usualLimits, ...options.limits }
    this.#now = options.now ?? (() => performance.now())
  }

  /** Whether one more stranger may come in; for Socket.IO's `allowRequest`. */
  admits(request: IncomingMessage): boolean {
    const fromThere = this.#strangers.get(addressOf(request)) ?? 0
    return fromThere < this.#limits.strangersPerAddress && this.#strangerCount < this.#limits.strangers
  }

  /** Watches every connection of a server from its first byte on. */
  attach(io: Server): void {
    io.engine.on('connection', (raw: RawSocket) => this.#watch(raw))
  }

  /** This one has said who it is. */
  trust(socket: Socket): void {
    const guarded = this.#guarded.get(socket.conn)
    if (!guarded?.isStranger) return
    this.#isNoStranger(guarded)
    guarded.budget = new SocketBudget(this.#limits.trusted, this.#now())
  }

  #watch(raw: RawSocket): void {
    const address = addressOf(raw.request)
    const guarded: Guarded = {
      budget: new SocketBudget(this.#limits.stranger, this.#now()),
      address,
      isStranger: true,
      limit: setTimeout(() => this.#close(raw, 'did not say who it is'), this.#limits.strangerLimitMs),
    }
    this.#guarded.set(raw, guarded)
    this.#strangers.set(address, (this.#strangers.get(address) ?? 0) + 1)
    this.#strangerCount += 1
    raw.on('close', () => this.#isNoStranger(guarded))

    raw.on('packet', ({ data }: { data?: unknown }) => {
      if (!guarded.budget.spend(bytesOf(data), this.#now())) this.#close(raw, 'sent too much')
    })
    let unreadBytes = 0
    raw.on('flush', () => {
      unreadBytes = 0
    })
    raw.on('packetCreate', ({ data }: { data?: unknown }) => {
      unreadBytes += bytesOf(data)
      if (unreadBytes > this.#limits.unreadBytes) this.#close(raw, 'does not read its answers')
    })
  }

  #isNoStranger(guarded: Guarded): void {
    clearTimeout(guarded.limit)
    if (!guarded.isStranger) return
    guarded.isStranger = false
    this.#strangerCount -= 1
    const fromThere = (this.#strangers.get(guarded.address) ?? 1) - 1
    if (fromThere > 0) this.#strangers.set(guarded.address, fromThere)
    else this.#strangers.delete(guarded.address)
  }

  /** At once, without what still waits to be sent. */
  #close(raw: RawSocket, reason: string): void {
    if (raw.readyState !== 'open') return
    const guarded = this.#guarded.get(raw)
    // Strangers could fill the log.
    const level = guarded?.isStranger ? 'debug' : 'warn'
    this.#log[level]({ address: guarded?.address }, `closed a connection that ${reason}`)
    raw.close(true)
    // A WebSocket that says goodbye waits for the other side's, and goes on reading meanwhile.
    if (raw.request.headers.upgrade !== undefined) raw.request.socket.destroy()
  }
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown'
}

function bytesOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return data instanceof Uint8Array ? data.byteLength : 0
}
