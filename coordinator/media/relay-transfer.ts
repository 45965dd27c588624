import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { ErrorAnswer } from '../../protocol/api/route-contract.ts'
import { routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'

/** Says that a request was handed on once; it is not handed on again, whatever the addresses say. */
const RELAYED = 'hearth-relayed'
const CONNECT_LIMIT_MS = 5_000
const KEEP_ALIVE_MS = 30_000
const MAX_ANSWER_BYTES = 64 * 1024
/** What the other coordinator must know; it asks for the agent's token itself. */
const handedOn = ['authorization', 'content-type', 'content-length'] as const

/** Whether another coordinator has handed this request on. */
export function isRelayed(headers: IncomingHttpHeaders): boolean {
  return headers[RELAYED] !== undefined
}

/**
 * Hands an agent's bytes on to the coordinator whose browser waits for them, at the pace at which that one takes
 * them. Resolves when it has all; whichever side goes, the other is told by its connection.
 *
 * @param home id of that coordinator
 * @param sharedCertificate of all coordinators where it is their own, as PEM; null asks the authorities
 * @throws AppError what that coordinator answers; `not_found` when there is none, `unavailable` when it cannot be
 *   reached
 */
export async function relayTransfer(
  db: Database,
  home: string,
  transferId: string,
  request: IncomingMessage,
  sharedCertificate: string | null,
): Promise<void> {
  const coordinator = await db
    .selectFrom('coordinator')
    .select('url')
    .where('id', '=', home)
    .executeTakeFirst()
  if (!coordinator) throw new AppError('not_found', 'Nobody waits for this transfer; drop it')
  const url = new URL(routes.putTransfer.path.replace(':id', transferId), coordinator.url)

  const headers: Record<string, string> = { [RELAYED]: '1' }
  for (const name of handedOn) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = value
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  // A connection of its own: one that was kept alive may end under the body, which cannot be sent twice.
  const onward = send(url, { method: 'PUT', headers, agent: false, ...trusting(sharedCertificate) })
  onward.setSocketKeepAlive(true, KEEP_ALIVE_MS)
  const limit = setTimeout(() => onward.destroy(new Error('No connection in time')), CONNECT_LIMIT_MS)
  onward.once('socket', (socket) => socket.once('connect', () => clearTimeout(limit)))

  const answered = new Promise<void>((resolve, reject) => {
    onward.once('response', (response) => readAnswer(response).then(resolve, reject))
    onward.once('error', (cause) =>
      reject(
        new AppError('unavailable', `The coordinator at ${url.origin} did not take the transfer`, { cause }),
      ),
    )
  })
  const sent = pipeline(request, onward)
  // Broken off also by an answer that comes before the end: what the answer says is the reason.
  sent.catch(() => {})
  try {
    await answered
    await sent
  } catch (error) {
    onward.destroy()
    // So that the agent stops: its connection is closed with the answer.
    await sent.catch(() => {})
    throw error
  } finally {
    clearTimeout(limit)
  }
}

/** One that vouches for itself is trusted whatever name it was reached by. */
function trusting(certificate: string | null): RequestOptions {
  return certificate === null ? {} : { ca: certificate, checkServerIdentity: () => undefined }
}

async function readAnswer(response: IncomingMessage): Promise<void> {
  let text = ''
  for await (const part of response.setEncoding('utf8')) {
    text += part
    if (text.length > MAX_ANSWER_BYTES) throw new AppError('unavailable', 'The answer is too long')
  }
  if (response.statusCode === 200) return
  const { error } = ErrorAnswer.parse(JSON.parse(text))
  throw new AppError(error.code, error.message, { details: error.details })
}
