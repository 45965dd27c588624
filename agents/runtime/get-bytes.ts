import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { ErrorAnswer } from '../../protocol/api/route-contract.ts'
import { AppError } from '../../protocol/errors.ts'

const MAX_ERROR_BYTES = 64 * 1024

type Session = { url: URL; token: string; transferAgent: HttpAgent }

/**
 * Asks the coordinator for bytes. The connection is closed when the stream is destroyed, the signal aborts, or
 * nothing comes for `silenceLimitMs`.
 *
 * @throws AppError as the coordinator answers, or `unavailable`
 */
export async function getBytes(
  { url, token, transferAgent }: Session,
  path: string,
  headers: Record<string, string>,
  { signal, silenceLimitMs }: { signal: AbortSignal; silenceLimitMs: number },
): Promise<Readable> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = send(new URL(path, url), {
    headers: { ...headers, authorization: `Bearer ${token}` },
    agent: transferAgent,
    signal,
  })
  request.once('response', resolve)
  request.once('error', reject)
  request.setTimeout(silenceLimitMs, () => request.destroy(new Error('Nothing comes')))
  request.end()
  try {
    const response = await promise
    if ((response.statusCode ?? 500) >= 300) throw await readError(response)
    return asOurs(response, url)
  } catch (error) {
    request.destroy()
    throw asAppError(error, url)
  }
}

async function readError(response: IncomingMessage): Promise<AppError> {
  let text = ''
  for await (const part of response.setEncoding('utf8')) {
    text += part
    if (text.length > MAX_ERROR_BYTES) throw new Error('The answer is too long')
  }
  const { error } = ErrorAnswer.parse(JSON.parse(text))
  return new AppError(error.code, error.message, { details: error.details })
}

/** A connection that breaks under the bytes is an error in our words too. */
function asOurs(response: IncomingMessage, url: URL): Readable {
  const bytes = new PassThrough({
    destroy: (error, done) => done(error && asAppError(error, url)),
  })
  pipeline(response, bytes, () => undefined)
  return bytes
}

function asAppError(error: unknown, { origin }: URL): AppError {
  if (error instanceof AppError) return error
  return new AppError('unavailable', `The coordinator at ${origin} did not send what was asked for`, {
    cause: error,
  })
}
