import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { CoordinatorMessage } from '../../protocol/agents.ts'
import { type ErrorBody, toErrorBody } from '../../protocol/errors.ts'
import type { OriginalsServer } from '../vault/bytes/originals-server.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'

const LIMIT_MS = 6 * 60 * 60_000

/** Sends part of a file to a browser that waits for it at the coordinator. */
export async function sendBytes(
  options: { http: CoordinatorHttp; log: Logger; originals: OriginalsServer },
  message: CoordinatorMessage<'bytes.send'>,
): Promise<void> {
  const { http, log, originals } = options
  const { transferId, ...part } = message
  const signal = AbortSignal.timeout(LIMIT_MS)
  try {
    await http.sendTransfer(transferId, await openOrReason(originals, part), signal)
  } catch (error) {
    // A browser that has gone away is no failure; everything else the coordinator's own limit tells it.
    log.debug({ transferId, reason: toErrorBody(error).message }, 'bytes were not sent to the end')
  }
}

async function openOrReason(
  originals: OriginalsServer,
  part: Parameters<OriginalsServer['open']>[0],
): Promise<Readable | ErrorBody> {
  try {
    return await originals.open(part)
  } catch (error) {
    return toErrorBody(error)
  }
}
