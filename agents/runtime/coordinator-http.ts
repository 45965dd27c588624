import {
  Agent as HttpAgent,
  type AgentOptions as HttpAgentOptions,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorAnswer } from '../../protocol/api/route-contract.ts'
import { routes } from '../../protocol/api/routes.ts'
import { AppError, type ErrorBody } from '../../protocol/errors.ts'
import { getBytes } from './get-bytes.ts'
import type { DerivedBytes } from './job-handler.ts'
import { PinnedAgent } from './pinned-agent.ts'

const CONNECTIONS = 8
/** A connection that is silent for so long is broken: a router or a sleeping machine may not say so. */
const SILENCE_LIMIT_MS = 60_000
const MAX_ANSWER_BYTES = 1024 * 1024
const PAUSES_MS = [200, 1_000, 5_000]

type Session = {
  url: URL
  token: string
  agent: HttpAgent
  /** Of its own, because a browser may read slowly for hours: eight such must not hold up the rest. */
  transferAgent: HttpAgent
}

/** Bytes between this agent and the coordinator that its socket speaks with; the socket carries none. */
export class CoordinatorHttp {
  readonly #silenceLimitMs: number
  readonly #fingerprint: string | null
  #session: Session | undefined

  /** @param options `fingerprint` of the certificate that must be shown; null asks the certificate authorities */
  constructor(options: { silenceLimitMs?: number; fingerprint?: string | null } = {}) {
    this.#silenceLimitMs = options.silenceLimitMs ?? SILENCE_LIMIT_MS
    this.#fingerprint = options.fingerprint ?? null
  }

  /** From each `hello`: the token before it is no longer good, and another coordinator may have answered. */
  setSession(url: string, token: string): void {
    const before = this.#session
    if (before?.url.href === new URL(url).href) {
      before.token = token
      return
    }
    this.#session = openSession(new URL(url), token, this.#fingerprint)
    before?.agent.destroy()
    // Transfers that run belong to browsers of the coordinator before; they end with their connections.
  }

  close(): void {
    this.#session?.agent.destroy()
    this.#session?.transferAgent.destroy()
  }

  /**
   * Stores derived files; asks first which are missing.
   *
   * @throws AppError `unavailable` when the coordinator cannot be reached or has no room
   */
  async storeDerived(files: readonly DerivedBytes[], signal: AbortSignal): Promise<void> {
    if (files.length === 0) return
    await this.#withRetries(signal, async () => {
      const answer = await this.#send('POST', routes.findMissingDerived.path, {
        body: Buffer.from(JSON.stringify({ hashes: files.map((file) => file.hash) })),
        contentType: 'application/json',
        signal,
      })
      const missing = new Set(routes.findMissingDerived.answer.parse(JSON.parse(answer)).missing)
      const wanted = files.filter((file) => missing.has(file.hash))
      await Promise.all(
        wanted.map((file) =>
          this.#send('PUT', routes.putDerived.path.replace(':hash', file.hash), {
            body: file.bytes,
            contentType: file.mimeType,
            signal,
          }),
        ),
      )
    })
  }

  /** Streams bytes that a browser waits for, or says why they cannot be had. */
  async sendTransfer(transferId: string, body: Readable | ErrorBody, signal: AbortSignal): Promise<void> {
    const path = routes.putTransfer.path.replace(':id', transferId)
    const isStream = body instanceof Readable
    await this.#send('PUT', path, {
      body: isStream ? body : Buffer.from(JSON.stringify(body)),
      contentType: isStream ? 'application/octet-stream' : 'application/json',
      signal,
    })
  }

  /**
   * Bytes of the coordinator, as they come. Whoever has the stream ends or destroys it.
   *
   * @throws AppError as the coordinator answers; `unavailable` when it cannot be reached
   */
  get(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Readable> {
    const session = this.#session
    if (!session) return Promise.reject(notMet())
    return getBytes(session, path, headers, { signal, silenceLimitMs: this.#silenceLimitMs })
  }

  async #withRetries(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      try {
        await work()
        return
      } catch (error) {
        signal.throwIfAborted()
        if (pauseMs === null || (error instanceof AppError && error.code === 'bad_request')) throw error
        await sleep(pauseMs, undefined, { signal })
      }
    }
  }

  #send(
    method: 'POST' | 'PUT',
    path: string,
    options: { body: Uint8Array | Readable; contentType: string; signal: AbortSignal },
  ): Promise<string> {
    const { body, contentType, signal } = options
    const session = this.#session
    if (!session) {
      return Promise.reject(notMet())
    }
    const { url, token } = session
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const headers: Record<string, string | number> = {
      authorization: `Bearer ${token}`,
      'content-type': contentType,
    }
    if (body instanceof Uint8Array) headers['content-length'] = body.length
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(
          error instanceof AppError
            ? error
            : new AppError('unavailable', `The coordinator at ${url.origin} did not take ${method} ${path}`, {
                cause: error,
              }),
        )
      const isStream = body instanceof Readable
      const agent = isStream ? session.transferAgent : session.agent
      const request = send(new URL(path, url), { method, headers, agent, signal })
      request.on('error', fail)
      request.on('response', (response) => {
        // An answer before the end of what it answers: nobody will read the rest, and its file must be closed.
        readAnswer(response)
          .then(resolve, fail)
          .finally(() => {
            if (!request.writableFinished) request.destroy()
          })
      })
      if (isStream) {
        pipeline(body, request).catch(fail)
        return
      }
      request.setTimeout(this.#silenceLimitMs, () => request.destroy(new Error('No answer in time')))
      request.end(body)
    })
  }
}

function openSession(url: URL, token: string, fingerprint: string | null): Session {
  const open = (options: HttpAgentOptions): HttpAgent => {
    if (fingerprint !== null) return new PinnedAgent(fingerprint, options)
    return url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
  }
  return {
    url,
    token,
    agent: open({ keepAlive: true, maxSockets: CONNECTIONS }),
    transferAgent: open({}),
  }
}

function notMet(): AppError {
  return new AppError('unavailable', 'This agent has not met its coordinator yet')
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of response.setEncoding('utf8')) {
    text += part
    if (text.length > MAX_ANSWER_BYTES) throw new Error('The answer is too long')
  }
  if ((response.statusCode ?? 500) < 300) return text
  const { error } = ErrorAnswer.parse(JSON.parse(text))
  throw new AppError(error.code, error.message, { details: error.details })
}
