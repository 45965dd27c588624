import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../frame-reader.ts'

const MAX_FRAME_BYTES = 16 * 1024 * 1024

/** Looks at a message and may give another, or null to lose it. Offsets count from the header. */
export type Meddle = (message: Buffer) => Buffer | null

export type MeddlingProxyOptions = {
  port: number
  toServer?: Meddle
  toClient?: Meddle
}

/** Stands between a client and a server, as somebody on the network could. */
export class MeddlingProxy {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, options: MeddlingProxyOptions) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client) => {
      const onward = connect(options.port, '127.0.0.1')
      this.#pass(client, onward, options.toServer)
      this.#pass(onward, client, options.toClient)
    })
  }

  static async start(options: MeddlingProxyOptions): Promise<MeddlingProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new MeddlingProxy(server, options)
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #pass(from: Socket, to: Socket, meddle: Meddle = (message) => message): void {
    const frames = new FrameReader(MAX_FRAME_BYTES)
    this.#sockets.add(from)
    from.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) {
        const message = meddle(frame)
        if (message) to.write(encodeFrame(message))
      }
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
