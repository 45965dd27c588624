import { readdirSync, readFileSync } from 'node:fs'

/** What a script that plays a decoder starts when it sleeps for ever. */
export const SLEEPER = '/bin/sleep 86400'

/** `state` as in `/proc`: `Z` is a zombie, `T` stopped, `D` hangs in the kernel. */
export type SeenProcess = { pid: number; parentPid: number; state: string; command: string }

export function childrenOf(parent: number): SeenProcess[] {
  return seenProcesses().filter(({ parentPid }) => parentPid === parent)
}

export function runningWith(command: string): SeenProcess[] {
  return seenProcesses().filter((seen) => seen.command === command)
}

function seenProcesses(): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name in parentheses may hold spaces; state and parent come after it.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '')
        const [state = '', parentPid = ''] = stat.split(' ')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ pid: Number(name), parentPid: Number(parentPid), state, command }]
      } catch {
        return []
      }
    })
}
