import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Processes that still run in one of these sessions, with what they are. */
export function processesOf(sessions: readonly number[]): string[] {
  const wanted = new Set(sessions)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name in parentheses may hold spaces; state, parent, group and session come after it.
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return wanted.has(Number(fields[3])) ? [`${pid} ${fields[0]} ${command}`] : []
      } catch {
        return []
      }
    })
}

/** Every file below a folder, relative to it; none when there is no such folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
