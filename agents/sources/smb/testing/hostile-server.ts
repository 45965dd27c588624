import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../frame-reader.ts'

const MAX_FRAME_BYTES = 16 * 1024 * 1024

/** What a server says to each message; undefined is silence. */
export type Script = (message: Buffer) => readonly Buffer[] | undefined

/** A server that says whatever a test wants. */
export class HostileServer {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, script: Script) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => {
      const frames = new FrameReader(MAX_FRAME_BYTES)
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk: Buffer) => {
        for (const message of frames.push(chunk)) {
          for (const answer of script(message) ?? []) socket.write(encodeFrame(answer))
        }
      })
    })
  }

  static async start(script: Script): Promise<HostileServer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new HostileServer(server, script)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
