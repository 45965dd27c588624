import type { Socket } from 'socket.io-client'
import { type LiveEvent, type LiveMessage, liveEvents } from '../../protocol/live.ts'

/** Before a connection that the server has ended or refused is tried again. */
const REFUSED_PAUSE_MS = 3_000

export type LiveState = 'connecting' | 'live' | 'reconnecting'
type Handlers = { [E in LiveEvent]: (message: LiveMessage<E>) => void }

/**
 * Events from the coordinator, for as long as somebody is signed in.
 *
 * closed → connecting → live → reconnecting → live …: the socket client keeps trying with growing pauses.
 * any → closed: `close()`; `open()` starts again. A message that does not parse is dropped: the next one carries the whole again.
 */
export class LiveConnection {
  readonly #handlers: Handlers
  readonly #onRefused: () => void
  readonly #listeners = new Set<() => void>()
  #state: LiveState = 'connecting'
  #socket: Socket | undefined
  #opening: object | undefined

  /** @param onRefused called when the server does not want this connection: the session may have ended */
  constructor(handlers: Handlers, onRefused: () => void) {
    this.#handlers = handlers
    this.#onRefused = onRefused
  }

  get state(): LiveState {
    return this.#state
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param onLive called at each (re)connection: events were missed, so read again what is on screen */
  async open(onLive: () => void): Promise<void> {
    const opening = {}
    this.#opening = opening
    const { io } = await import('socket.io-client')
    if (this.#opening !== opening) return
    const socket = io('/live', { withCredentials: true, reconnectionDelayMax: 10_000 })
    this.#socket = socket
    socket.on('connect', () => {
      this.#setState('live')
      onLive()
    })
    // After a lost line the client tries again by itself; after a refusal or a goodbye it does not.
    const again = () => {
      this.#onRefused()
      setTimeout(() => this.#socket === socket && socket.connect(), REFUSED_PAUSE_MS)
    }
    socket.on('disconnect', (reason) => {
      if (this.#socket !== socket) return
      this.#setState('reconnecting')
      if (reason === 'io server disconnect') again()
    })
    socket.on('connect_error', () => {
      this.#setState('reconnecting')
      if (!socket.active) again()
    })
    for (const event of Object.keys(liveEvents) as LiveEvent[]) {
      socket.on(event, (message: unknown) => this.#receive(event, message))
    }
  }

  close(): void {
    this.#opening = undefined
    this.#socket?.close()
    this.#socket = undefined
    this.#setState('connecting')
  }

  #receive<E extends LiveEvent>(event: E, message: unknown): void {
    const parsed = liveEvents[event].safeParse(message)
    if (parsed.success) this.#handlers[event](parsed.data as LiveMessage<E>)
  }

  #setState(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
