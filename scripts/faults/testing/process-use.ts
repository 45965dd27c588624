import { readdirSync, readFileSync } from 'node:fs'

/** What a process holds of the machine's memory, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}

/** Files, sockets and pipes that a process has open. */
export function countHandles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
