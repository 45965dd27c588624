import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Reply, Reply as ReplySchema } from '../../../protocol/agents.ts'
import { Challenge } from '../../../protocol/introduction.ts'

const ANSWER = /^43\/agents,(\d+)(\[.*)$/s
const GOODBYE = '41'
const ANSWER_LIMIT_MS = 30_000

/** Thrown by `ask` when the connection ends first, or has said goodbye before. */
export class ConnectionEndedError extends Error {}

/** Thrown by `ask` when the connection goes on and the answer does not come. */
export class SilenceError extends Error {}

/**
 * A WebSocket to the coordinator below Socket.IO's client: it sends any frame at all, and knows only what it
 * needs to join `/agents`, to stay alive and to read answers.
 *
 * open: `dial()`, when it has been challenged. open → ended: either side closes.
 */
export class FloodSocket {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (reply: Reply | Error) => void>()
  readonly ended: Promise<void>
  #hasLeft = false
  challenge: Challenge = { nonce: '', versions: { oldest: 0, newest: 0 } }

  private constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    this.#socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => this.#socket.once('close', () => resolve()))
    void this.ended.then(() => this.#giveUpAnswers())
  }

  /** Undefined when the coordinator lets nobody in at the moment. */
  static async dial(url: string): Promise<FloodSocket | undefined> {
    const socket = new FloodSocket(url)
    const challenged = socket.#join()
    await Promise.race([challenged, socket.ended])
    return socket.isOpen ? socket : undefined
  }

  get isOpen(): boolean {
    return !this.#hasLeft && this.#socket.readyState === WebSocket.OPEN
  }

  /** Waits while more is on its way than fits into the pipe. */
  async write(frame: string | Buffer): Promise<void> {
    if (!this.isOpen) return
    const written = new Promise((resolve) => this.#socket.send(frame, resolve))
    await Promise.race([written, this.ended])
    if (typeof frame !== 'string' || !frame.startsWith(GOODBYE)) return
    this.#hasLeft = true
    this.#giveUpAnswers()
  }

  /**
   * Sends a frame that asks under `id`, and gives the reply.
   *
   * @throws ConnectionEndedError; SilenceError when there is no answer within half a minute
   */
  async ask(id: number, frame: string): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply | Error>()
    this.#answers.set(id, resolve)
    const limit = setTimeout(() => resolve(new SilenceError(frame.slice(0, 200))), ANSWER_LIMIT_MS)
    try {
      await this.write(frame)
      if (!this.isOpen) throw new ConnectionEndedError('The connection ended')
      const reply = await promise
      if (reply instanceof Error) throw reply
      return reply
    } finally {
      clearTimeout(limit)
      this.#answers.delete(id)
    }
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    await this.ended
  }

  #giveUpAnswers(): void {
    for (const answer of this.#answers.values()) answer(new ConnectionEndedError('The connection ended'))
  }

  async #join(): Promise<void> {
    await once(this.#socket, 'open').catch(() => undefined)
    if (!this.isOpen) return
    const challenge = new Promise<void>((resolve) => {
      this.#socket.on('message', (data: Buffer) => {
        const text = data.toString('utf8')
        if (text === '2') this.#socket.send('3')
        const first = /^42\/agents,\["challenge",(.+)\]$/.exec(text)?.[1]
        if (first !== undefined) {
          this.challenge = Challenge.parse(JSON.parse(first))
          resolve()
        }
        const [, id, answer] = ANSWER.exec(text) ?? []
        if (answer !== undefined) this.#answers.get(Number(id))?.(ReplySchema.parse(JSON.parse(answer)[0]))
      })
    })
    this.#socket.send('40/agents,')
    await challenge
  }
}
