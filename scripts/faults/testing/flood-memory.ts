import { once } from 'node:events'
import { WebSocket } from 'ws'
import { findRssBytes } from '../../../agents/vault/watch-memory.ts'
import { until } from './until.ts'

const INSPECTOR_LIMIT_MS = 60_000
const LISTENING = /Debugger listening on (ws:\S+)/

/** Lets a process choose the port of its inspector, so that several tests can run at once. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' }

export type MemoryProbe = Disposable & {
  /** Resident memory in bytes, once the process has collected its garbage. */
  rssBytes(): Promise<number>
}

/**
 * Measures the memory of a Node process without its garbage, which an idle process sees no reason to collect.
 * Asks through its inspector, which SIGUSR1 opens.
 *
 * @param lines what the process has written
 */
export async function probeMemory(pid: number, lines: readonly string[]): Promise<MemoryProbe> {
  process.kill(pid, 'SIGUSR1')
  const url = await until('the inspector is open', INSPECTOR_LIMIT_MS, () =>
    lines.map((line) => LISTENING.exec(line)?.[1]).find((found) => found !== undefined),
  )
  const inspector = new WebSocket(url)
  await once(inspector, 'open')
  return {
    async rssBytes() {
      // The second run frees what the finalisers of the first have let go.
      for (let id = 1; id <= 2; id += 1) {
        inspector.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }))
        await once(inspector, 'message')
      }
      const rssBytes = await findRssBytes(pid)
      if (rssBytes === undefined) throw new Error('The process has ended')
      return rssBytes
    },
    [Symbol.dispose]() {
      inspector.terminate()
    },
  }
}
