import { io } from 'socket.io-client'
import type { Database } from '../../../coordinator/db/database.ts'
import { cookieOf } from '../../../coordinator/http/testing/test-server.ts'
import { type LiveEvent, type LiveMessage, liveEvents } from '../../../protocol/live.ts'

/** What a browser does: it is signed in, hears live events, and fetches. */
export class LiveBrowser implements Disposable {
  readonly #url: string
  readonly #cookie: string
  readonly #socket
  readonly #last = new Map<LiveEvent, unknown>()
  connections = 0
  /** Why each connection ended, in Socket.IO's words. */
  readonly goodbyes: string[] = []

  private constructor(url: string, cookie: string) {
    this.#url = url
    this.#cookie = cookie
    this.#socket = io(`${url}/live`, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { cookie, origin: url },
    })
    this.#socket.on('connect', () => {
      this.connections += 1
    })
    this.#socket.on('disconnect', (reason) => this.goodbyes.push(reason))
    for (const event of Object.keys(liveEvents) as LiveEvent[]) {
      this.#socket.on(event, (message: unknown) => this.#last.set(event, liveEvents[event].parse(message)))
    }
  }

  static async open(url: string, db: Database): Promise<LiveBrowser> {
    return new LiveBrowser(url, await cookieOf(db, 'admin'))
  }

  /** What it would show now; undefined before the first word. */
  last<E extends LiveEvent>(event: E): LiveMessage<E> | undefined {
    return this.#last.get(event) as LiveMessage<E> | undefined
  }

  get isConnected(): boolean {
    return this.#socket.connected
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', this.#cookie)
    headers.set('origin', this.#url)
    return fetch(this.#url + path, { ...init, headers })
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}
