import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment, environment } from '../../config/environment.ts'

const SCRIPT = join(import.meta.dirname, '..', 'hearth.ts')

export type CommandOutcome = {
  exitCode: number | null
  /** Of standard output. */
  report: string
  /** What it said last: the reason, when it failed. */
  lastLine: string
}

/**
 * Runs `hearth …` as a process of its own: its memory goes with it, and nothing here waits for its work.
 *
 * @param signal ends it at once; it leaves nothing half
 */
export async function runHearthCommand(
  args: readonly string[],
  options: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<CommandOutcome> {
  const databaseUrl = environment.databaseUrl()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...childEnvironment(), ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}) },
    // A group of its own: Ctrl-C reaches the supervisor alone.
    detached: true,
    signal: options.signal,
    killSignal: 'SIGKILL',
  })
  // That it could not be started or was ended is in its exit code.
  child.on('error', () => {})
  let report = ''
  let lastLine = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text
  })
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLine = line
    options.onLine(line)
  })
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, report, lastLine }
}
