import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a server misbehaves: what it does instead of answering as it should; undefined lets it answer. */
export type Whim = (request: IncomingMessage, response: ServerResponse, count: number) => true | undefined

/** The far side of a download: one file, with ranges and an ETag, and whatever a test wants to go wrong. */
export class FileServer {
  readonly url: string
  /** `Range` headers in the order in which they came; undefined for the whole file. */
  readonly ranges: (string | undefined)[] = []
  content: Buffer
  etag = '"one"'
  whim: Whim = () => undefined
  readonly #close: () => Promise<void>

  private constructor(url: string, content: Buffer, close: () => Promise<void>) {
    this.url = url
    this.content = content
    this.#close = close
  }

  static async start(content: Buffer): Promise<FileServer> {
    let self: FileServer
    const server = createServer((request, response) => self.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    self = new FileServer(`http://127.0.0.1:${port}/model.onnx`, content, async () => {
      server.close()
      server.closeAllConnections()
    })
    return self
  }

  /** Sends some of what was asked for, and then nothing any more. */
  fallSilent(request: IncomingMessage, response: ServerResponse, bytes: number): true {
    const from = this.#startOf(request)
    this.#begin(response, from)
    response.write(this.content.subarray(from, from + bytes))
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.ranges.push(request.headers.range)
    if (this.whim(request, response, this.ranges.length)) return
    const from = this.#startOf(request)
    this.#begin(response, from)
    response.end(this.content.subarray(from))
  }

  #startOf({ headers }: IncomingMessage): number {
    const isSame = headers['if-range'] === undefined || headers['if-range'] === this.etag
    return headers.range && isSame ? Number(/^bytes=(\d+)-$/.exec(headers.range)?.[1]) : 0
  }

  #begin(response: ServerResponse, from: number): void {
    const { length } = this.content
    response.writeHead(from > 0 ? 206 : 200, {
      etag: this.etag,
      'content-length': length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${length - 1}/${length}` } : {}),
    })
  }
}
