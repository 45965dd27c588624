import { connect, type Socket } from 'node:net'
import { Credits } from './credits.ts'
import { encodeFrame, FrameReader } from './frame-reader.ts'
import type { MessageSecurity } from './message-security.ts'
import { encodeBareMessage } from './messages/file-message.ts'
import {
  decodeHeader,
  encodeMessage,
  headerFlag,
  type ReplyHeader,
  type SmbCommand,
  smbCommand,
} from './messages/smb-header.ts'
import { ntStatus } from './nt-status.ts'
import { malformed, SmbError } from './smb-error.ts'

/** The most that one message moves; larger reads gain nothing. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024
const MAX_FRAME_BYTES = MAX_PAYLOAD_BYTES + 64 * 1024
const BYTES_PER_CREDIT = 64 * 1024
const KEEP_ALIVE_MS = 15_000

export type SmbRequest = {
  command: SmbCommand
  body: Buffer
  treeId?: number
  /** What it sends or asks for, in bytes, whichever is more. */
  payloadBytes?: number
  /** Both ways, also where signing is switched off. */
  mustSign?: boolean
}

export type SmbReply = {
  header: ReplyHeader
  /** Header and body: offsets in a body count from here. */
  message: Buffer
  /** What was sent, as it was signed or encrypted after. */
  sent: Buffer
}

type Waiting = {
  command: SmbCommand
  treeId: number
  charge: number
  mustSign: boolean
  /** Set once the server has put it off. */
  asyncId?: bigint
  answer: (header: ReplyHeader, message: Buffer) => void
  fail: (error: unknown) => void
}

/**
 * One TCP connection to an SMB server: messages out, answers matched to them, as many at once as the server gives
 * credits for.
 *
 * open → closed: `close()`, the server hangs up, says something that is not SMB, or lets a request wait longer than
 * `timeoutMs`. All that still wait fail then. There is no way back: `SmbShare` dials anew.
 */
export class SmbConnection {
  /** Zero until the server has given the session a name. */
  sessionId = 0n
  /** From the log-in on. */
  security: MessageSecurity | undefined
  /** Whether one message may cost more than one credit. */
  hasLargeMessages = false
  readonly #socket: Socket
  readonly #timeoutMs: number
  readonly #credits = new Credits()
  readonly #waiting = new Map<bigint, Waiting>()
  readonly #frames = new FrameReader(MAX_FRAME_BYTES)
  readonly #ended = new AbortController()
  #nextMessageId = 0n

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', (cause) => this.close(lost(cause)))
    socket.on('close', () => this.close(lost()))
  }

  /** @throws SmbError that may be tried again */
  static async dial(
    options: { host: string; port: number; timeoutMs: number },
    signal: AbortSignal,
  ): Promise<SmbConnection> {
    const { host, port, timeoutMs } = options
    signal.throwIfAborted()
    const socket = connect({ host, port })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => reject(signal.reason)
    const limit = setTimeout(() => reject(unreachable(host, port)), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', resolve)
    socket.once('error', (cause) => reject(unreachable(host, port, cause)))
    try {
      await promise
      return new SmbConnection(socket, timeoutMs)
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
    }
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted
  }

  /** What one message may move now: servers are slow to trust, and give little at first. */
  get payloadLimitBytes(): number {
    return this.hasLargeMessages
      ? Math.min(MAX_PAYLOAD_BYTES, Math.max(1, this.#credits.total) * BYTES_PER_CREDIT)
      : BYTES_PER_CREDIT
  }

  /**
   * Sends a message and waits for its answer, whatever its status.
   *
   * @throws SmbError when the connection ends or the time runs out; the signal's reason
   */
  async request(request: SmbRequest, signal: AbortSignal): Promise<SmbReply> {
    const charge = this.#chargeOf(request)
    const limit = setTimeout(() => this.close(silent()), this.#timeoutMs)
    try {
      await this.#credits.take(charge, AbortSignal.any([signal, this.#ended.signal]))
      return await this.#exchange(request, charge, signal)
    } finally {
      clearTimeout(limit)
    }
  }

  close(reason: Error = lost()): void {
    if (!this.isOpen) return
    this.#ended.abort(reason)
    this.#socket.destroy()
    for (const { fail } of this.#waiting.values()) fail(reason)
    this.#waiting.clear()
  }

  #exchange(request: SmbRequest, charge: number, signal: AbortSignal): Promise<SmbReply> {
    const { command, body, treeId = 0, mustSign = false } = request
    const messageId = this.#nextMessageId
    this.#nextMessageId += BigInt(charge)
    const sent = encodeMessage(
      {
        command,
        creditCharge: this.hasLargeMessages ? charge : 0,
        creditRequest: this.#credits.wanted(charge),
        flags: 0,
        messageId,
        treeId,
        sessionId: this.sessionId,
      },
      body,
    )
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#cancel(messageId)
        reject(signal.reason)
      }
      const settle = () => signal.removeEventListener('abort', onAbort)
      this.#waiting.set(messageId, {
        command,
        treeId,
        charge,
        mustSign,
        answer: (header, message) => {
          settle()
          resolve({ header, message, sent })
        },
        fail: (error) => {
          settle()
          reject(error)
        },
      })
      signal.addEventListener('abort', onAbort, { once: true })
      this.#write(sent, mustSign)
    })
  }

  #chargeOf({ payloadBytes = 0 }: SmbRequest): number {
    return this.hasLargeMessages ? Math.max(1, Math.ceil(payloadBytes / BYTES_PER_CREDIT)) : 1
  }

  /** Nobody waits for its answer any more, which still comes, and brings its credits. */
  #cancel(messageId: bigint): void {
    const waiting = this.#waiting.get(messageId)
    if (!waiting || !this.isOpen) return
    const { treeId, asyncId } = waiting
    const header = {
      command: smbCommand.cancel,
      creditCharge: 0,
      creditRequest: 0,
      flags: asyncId === undefined ? 0 : headerFlag.async,
      messageId,
      treeId,
      sessionId: this.sessionId,
      ...(asyncId === undefined ? {} : { asyncId }),
    }
    this.#write(encodeMessage(header, encodeBareMessage()), false)
  }

  #write(message: Buffer, mustSign: boolean): void {
    if (!this.isOpen) return
    this.#socket.write(encodeFrame(this.security?.protect(message, mustSign) ?? message))
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) this.#take(frame)
    } catch (error) {
      this.close(error instanceof Error ? error : malformed(String(error)))
    }
  }

  #take(frame: Buffer): void {
    const mustBeSigned = (messageId: bigint) => this.#waiting.get(messageId)?.mustSign ?? false
    const message = this.security?.open(frame, mustBeSigned) ?? frame
    const header = decodeHeader(message)
    const waiting = this.#waiting.get(header.messageId)
    this.#credits.grant(header.credits)
    // Words that answer nothing, such as a lock that was given back: none were asked for, none are needed.
    if (!waiting) return
    if (waiting.command !== header.command) throw malformed('an answer to something else')
    if (header.status === ntStatus.pending && (header.flags & headerFlag.async) !== 0) {
      waiting.asyncId = header.asyncId
      return
    }
    this.#waiting.delete(header.messageId)
    this.#credits.settle(waiting.charge)
    waiting.answer(header, message)
  }
}

function lost(cause?: unknown): SmbError {
  return new SmbError('unavailable', 'The SMB server hung up', {
    scope: 'server',
    mayReconnect: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

function silent(): SmbError {
  return new SmbError('timed_out', 'The SMB server does not answer; is it, or the network, overloaded?', {
    scope: 'server',
    mayReconnect: true,
  })
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there; is file sharing switched on, and the port right?',
  ENOTFOUND: 'its name is not known here; check it, or use its address',
  EAI_AGAIN: 'its name cannot be looked up now; is the network up?',
  EHOSTUNREACH: 'there is no way to it; is it on, and in this network?',
  ENETUNREACH: 'there is no way to it; is the network up?',
}

function unreachable(host: string, port: number, cause?: unknown): SmbError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const why = reasons[code] ?? 'it does not answer; is it on, and does a firewall stand between?'
  return new SmbError('unavailable', `Cannot reach the SMB server ${host}:${port}: ${why}`, {
    scope: 'server',
    mayReconnect: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
