import { type ChildProcess, spawn } from 'node:child_process'
import { watchMemory } from './watch-memory.ts'

const MAX_ERROR_CHARS = 4_000
/** A killed program is gone in milliseconds, unless it hangs in a disk that does not answer. */
const GONE_LIMIT_MS = 800

export type ProgramLimits = { timeoutMs: number; maxRssBytes: number; maxOutputBytes: number }

export type ProgramEnd = 'finished' | 'too_slow' | 'too_much_memory' | 'too_much_output'

export type ProgramAnswer = {
  end: ProgramEnd
  /** Exit status; null when a signal ended it. */
  status: number | null
  output: Buffer
  /** The beginning of what it wrote to standard error. */
  errorText: string
}

/**
 * Runs a program with an empty environment, no input, no shell, and bounds on time, memory and output.
 *
 * It is ended together with the programs that it has started: one that is a script would otherwise
 * leave its decoder behind. One that cannot be ended, because it hangs in a dead disk, is not waited for.
 *
 * @throws when it cannot be started, or with the signal's reason when that aborts
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  limits: ProgramLimits,
  signal: AbortSignal,
): Promise<ProgramAnswer> {
  signal.throwIfAborted()
  const child = spawn(file, args, {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that it can be ended with all that it has started.
    detached: process.platform !== 'win32',
  })
  const over = new AbortController()
  const { promise: closed, resolve, reject } = Promise.withResolvers<number | null>()
  let end: ProgramEnd = 'finished'
  let goneTimer: NodeJS.Timeout | undefined
  const kill = () => {
    killGroup(child)
    goneTimer ??= setTimeout(() => resolve(null), GONE_LIMIT_MS)
  }
  const stop = (as: ProgramEnd) => {
    end = as
    kill()
  }
  const timer = setTimeout(() => stop('too_slow'), limits.timeoutMs)
  signal.addEventListener('abort', kill)
  void watchMemory(child.pid ?? 0, limits.maxRssBytes, () => stop('too_much_memory'), over.signal)
  const parts: Buffer[] = []
  let outputBytes = 0
  let errorText = ''
  child.stdout.on('data', (part: Buffer) => {
    outputBytes += part.length
    if (outputBytes > limits.maxOutputBytes) stop('too_much_output')
    else parts.push(part)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errorText.length < MAX_ERROR_CHARS) errorText += text
  })
  child.once('error', reject)
  child.once('close', resolve)
  try {
    const status = await closed
    signal.throwIfAborted()
    return { end, status, output: Buffer.concat(parts), errorText: errorText.slice(0, MAX_ERROR_CHARS) }
  } finally {
    over.abort()
    clearTimeout(timer)
    clearTimeout(goneTimer)
    signal.removeEventListener('abort', kill)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Gone already, or not yet the leader of its group.
  }
  child.kill('SIGKILL')
}
