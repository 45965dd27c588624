import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, on every machine that Node runs on. */
const MS_PER_TICK = 10

export type ProcessUsage = {
  pid: number
  parentPid: number
  command: string
  cpuMs: number
  /** Everything that went through `read`, pipes and sockets included. */
  readBytes: number
}

/** All processes as they are now; those that vanish while we look are left out. Linux only. */
export function listProcesses(): ProcessUsage[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = parseStat(readFileSync(`/proc/${name}/stat`, 'latin1'))
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ ...stat, command, readBytes: parseReadBytes(readFileSync(`/proc/${name}/io`, 'latin1')) }]
      } catch {
        return []
      }
    })
}

/**
 * One line of `/proc/PID/stat`; the command's name in it may contain anything, even `)`.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function parseStat(text: string): { pid: number; parentPid: number; cpuMs: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    pid: Number.parseInt(text, 10),
    parentPid: Number(fields[1]),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
  }
}

export function parseReadBytes(text: string): number {
  return Number(/^rchar: (\d+)/m.exec(text)?.[1] ?? 0)
}

/** A process and everything below it. */
export function descendantsOf(rootPid: number, processes: readonly ProcessUsage[]): ProcessUsage[] {
  const found = new Map<number, ProcessUsage>()
  let grew = true
  while (grew) {
    grew = false
    for (const process of processes) {
      if (found.has(process.pid)) continue
      if (process.pid === rootPid || found.has(process.parentPid)) {
        found.set(process.pid, process)
        grew = true
      }
    }
  }
  return [...found.values()]
}
