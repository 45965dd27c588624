import type { Logger } from 'pino'
import type { CoordinatorMessage } from '../../protocol/agents.ts'
import { toErrorBody } from '../../protocol/errors.ts'
import { openOriginal } from '../vault/serve-bytes.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'

const LIMIT_MS = 6 * 60 * 60_000

/** Sends part of a file to a browser that waits for it at the coordinator. */
export async function sendBytes(
  options: { http: CoordinatorHttp; log: Logger; roots: readonly string[] },
  message: CoordinatorMessage<'bytes.send'>,
): Promise<void> {
  const { transferId, ...part } = message
  try {
    const body = await openOriginal({ ...part, roots: [...options.roots] })
    await options.http.sendTransfer(transferId, body, AbortSignal.timeout(LIMIT_MS))
  } catch (error) {
    // The coordinator's own limit tells the browser; a browser that has gone away is no failure.
    options.log.debug({ transferId, reason: toErrorBody(error).message }, 'bytes were not sent to the end')
  }
}
