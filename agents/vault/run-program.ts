import { spawn } from 'node:child_process'
import { watchMemory } from './watch-memory.ts'

const MAX_ERROR_CHARS = 4_000

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
 * @throws when it cannot be started, or with the signal's reason when that aborts
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  limits: ProgramLimits,
  signal: AbortSignal,
): Promise<ProgramAnswer> {
  signal.throwIfAborted()
  const child = spawn(file, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  const over = new AbortController()
  let end: ProgramEnd = 'finished'
  const kill = (as: ProgramEnd) => {
    end = as
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => kill('too_slow'), limits.timeoutMs)
  const onAbort = () => child.kill('SIGKILL')
  signal.addEventListener('abort', onAbort)
  void watchMemory(child.pid ?? 0, limits.maxRssBytes, () => kill('too_much_memory'), over.signal)
  const parts: Buffer[] = []
  let outputBytes = 0
  let errorText = ''
  child.stdout.on('data', (part: Buffer) => {
    outputBytes += part.length
    if (outputBytes > limits.maxOutputBytes) kill('too_much_output')
    else parts.push(part)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errorText.length < MAX_ERROR_CHARS) errorText += text
  })
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal.throwIfAborted()
    return { end, status, output: Buffer.concat(parts), errorText: errorText.slice(0, MAX_ERROR_CHARS) }
  } finally {
    over.abort()
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
