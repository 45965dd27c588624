import { once } from 'node:events'
import { WebSocket } from 'ws'
import { findRssBytes } from '../../../agents/vault/watch-memory.ts'
import { until } from './until.ts'

const INSPECTOR_LIMIT_MS = 60_000
const LISTENING = /Debugger listening on (ws:\S+)/

/** Lets a process choose the port of its inspector, so that several tests can run at once. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' }

/**
 * Resident memory of a Node process in bytes when it has collected its garbage: an idle process sees no reason
 * to. Asked for through its inspector, which SIGUSR1 opens.
 *
 * @param lines what the process has written
 */
export async function rssWithoutGarbage(pid: number, lines: readonly string[]): Promise<number> {
  const findUrl = () => lines.map((line) => LISTENING.exec(line)?.[1]).find((url) => url !== undefined)
  if (findUrl() === undefined) process.kill(pid, 'SIGUSR1')
  const inspector = new WebSocket(await until('the inspector is open', INSPECTOR_LIMIT_MS, findUrl))
  await once(inspector, 'open')
  // The second run frees what the finalisers of the first have let go.
  for (let id = 1; id <= 2; id += 1) {
    inspector.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }))
    await once(inspector, 'message')
  }
  inspector.close()
  await once(inspector, 'close')
  const rssBytes = await findRssBytes(pid)
  if (rssBytes === undefined) throw new Error('The process has ended')
  return rssBytes
}
