import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

/** Socket.IO's events and acknowledgements, as they begin on the wire: `42…` and `43…`. */
const MESSAGE = /^4[23]/

/** What becomes of one frame. `late`: it arrives after `lateMs`, when others have overtaken it. */
export type Fate = 'passed' | 'dropped' | 'doubled' | 'late'

export type LossyProxyOptions = {
  /** Asked for each message; the rates are the caller's. */
  fateOf: () => Fate
  lateMs: number
}

const faultless: LossyProxyOptions = { fateOf: () => 'passed', lateMs: 0 }

/**
 * Stands between agents and their coordinator and treats their frames badly, in both directions.
 *
 * It understands WebSocket frames, so that what it drops is a whole message. Spared are the frames by which
 * Engine.IO and Socket.IO open, keep and close a connection (`0`, `2`, `3`, `40`, `41`): without them there is no
 * connection that could lose anything. HTTP passes as it is; TCP repairs or breaks it.
 */
export class LossyProxy implements AsyncDisposable {
  readonly #options: LossyProxyOptions
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly counts: Record<Fate, number> = { passed: 0, dropped: 0, doubled: 0, late: 0 }
  #held: (() => void)[] | undefined
  #target = new URL('http://127.0.0.1')

  private constructor(options: LossyProxyOptions) {
    this.#options = options
    this.#server = createServer((incoming, answer) => this.#passHttp(incoming, answer))
    this.#server.on('upgrade', (incoming, socket, head) => {
      this.#sockets.handleUpgrade(incoming, socket, head, (near) => this.#join(near, incoming))
    })
  }

  static async listen(options = faultless): Promise<LossyProxy> {
    const proxy = new LossyProxy(options)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** @returns where to find what is at `url`, through this proxy */
  standBefore(url: string): string {
    this.#target = new URL(url)
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lets nothing through, and loses nothing: a line that stalls. */
  stall(): void {
    this.#held ??= []
  }

  /** Lets everything through that a stall has held back, in order. */
  flow(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const forward of held) forward()
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
    if (this.#held) {
      this.#held.push(() => this.#forward(data, to))
      return
    }
    const frame = data.toString()
    const send = () => {
      if (to.readyState === WebSocket.OPEN) to.send(frame)
    }
    const isMessage = MESSAGE.test(frame)
    const fate = isMessage ? this.#options.fateOf() : 'passed'
    if (isMessage) this.counts[fate] += 1
    if (fate === 'late') setTimeout(send, this.#options.lateMs).unref()
    else if (fate !== 'dropped') send()
    if (fate === 'doubled') send()
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
