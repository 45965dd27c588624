import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

/** Socket.IO's events and acknowledgements, as they begin on the wire: `42…` and `43…`. */
const MESSAGE = /^4[23]/

/** What becomes of one frame. */
export type Fate = 'passed' | 'dropped' | 'doubled'

/**
 * Stands between agents and their coordinator and treats their frames badly, in both directions.
 *
 * It understands WebSocket frames, so that what it drops is a whole message. Spared are the frames by which
 * Engine.IO and Socket.IO open, keep and close a connection (`0`, `2`, `3`, `40`, `41`): without them there is no
 * connection that could lose anything. HTTP passes as it is; TCP repairs or breaks it.
 */
export class LossyProxy implements AsyncDisposable {
  readonly #target: URL
  readonly #fateOf: () => Fate
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly counts: Record<Fate, number> = { passed: 0, dropped: 0, doubled: 0 }

  private constructor(target: string, fateOf: () => Fate) {
    this.#target = new URL(target)
    this.#fateOf = fateOf
    this.#server = createServer((incoming, answer) => this.#passHttp(incoming, answer))
    this.#server.on('upgrade', (incoming, socket, head) => {
      this.#sockets.handleUpgrade(incoming, socket, head, (near) => this.#join(near, incoming))
    })
  }

  /** @param fateOf asked for each message; the rates are the caller's */
  static async listen(target: string, fateOf: () => Fate): Promise<LossyProxy> {
    const proxy = new LossyProxy(target, fateOf)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Cuts every connection without a word. Returns how many there were. */
  cut(): number {
    const { size } = this.#sockets.clients
    for (const near of this.#sockets.clients) near.terminate()
    return size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: WebSocket, { url = '/' }: IncomingMessage): void {
    const address = new URL(url, this.#target)
    address.protocol = 'ws:'
    const far = new WebSocket(address, { perMessageDeflate: false })
    const early: string[] = []
    near.on('message', (data) => {
      if (far.readyState === WebSocket.CONNECTING) early.push(data.toString())
      else this.#forward(data, far)
    })
    far.on('open', () => {
      for (const frame of early) this.#forward(frame, far)
    })
    far.on('message', (data) => this.#forward(data, near))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.terminate())
      one.on('error', () => other.terminate())
    }
  }

  #forward(data: RawData | string, to: WebSocket): void {
    if (to.readyState !== WebSocket.OPEN) return
    const frame = data.toString()
    const fate = MESSAGE.test(frame) ? this.#fateOf() : 'passed'
    if (MESSAGE.test(frame)) this.counts[fate] += 1
    if (fate === 'dropped') return
    to.send(frame)
    if (fate === 'doubled') to.send(frame)
  }

  #passHttp(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url = '/', headers } = incoming
    const outgoing = request(new URL(url, this.#target), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.on('error', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }
}
