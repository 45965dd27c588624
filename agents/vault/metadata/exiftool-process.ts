import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import type { Command } from '../../cage/cage.ts'
import { endProcess, hasEnded } from '../end-process.ts'
import { watchMemory } from '../watch-memory.ts'

/** Commands come through standard input. */
export const stayOpen = ['-stay_open', 'True', '-@', '-']
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024
const MAX_ERROR_CHARS = 4_000

export type ExifToolAnswer = { text: string; complaints: string }

/** Why a command gave no answer. `gone`: the process ended by itself, or somebody else ended it. */
export type ExifToolEnd = 'too_slow' | 'too_much_memory' | 'too_much_output' | 'gone' | 'aborted'

export class ExifToolEndedError extends Error {
  readonly end: ExifToolEnd

  constructor(end: ExifToolEnd) {
    super(`ExifTool gave no answer: ${end}`)
    this.name = 'ExifToolEndedError'
    this.end = end
  }
}

/**
 * One ExifTool that stays open: starting Perl costs as much as reading 60 files.
 *
 * idle → busy → idle: one `run`. Any → ended: it exits, or is killed here because its command was slow,
 * large or cancelled. There is no way back: the reader starts another one.
 *
 * Not the process pool of `exiftool-vendored`: a command of that cannot be cancelled, its clock does not
 * run while a command waits, and a process that was stopped is waited for.
 */
export class ExifToolProcess {
  readonly #maxRssBytes: number
  readonly #child: ChildProcess
  readonly #ended = Promise.withResolvers<never>()
  #isEnded = false
  #runs = 0

  /**
   * @param command ExifTool with `stayOpen`
   * @param maxRssBytes resident memory above which the process is ended
   */
  constructor({ file, args }: Command, maxRssBytes: number) {
    this.#maxRssBytes = maxRssBytes
    // ExifTool gets no environment of ours.
    this.#child = spawn(file, args, {
      env: { LANG: 'C' },
      windowsHide: true,
    })
    this.#ended.promise.catch(() => undefined)
    this.#child.once('exit', () => this.#end('gone'))
    // A start that fails, and a pipe to a process that has gone.
    this.#child.on('error', () => this.#end('gone'))
    this.#child.stdin?.on('error', () => this.#end('gone'))
  }

  get isAlive(): boolean {
    return !this.#isEnded && !hasEnded(this.#child)
  }

  /** Commands run so far. */
  get runs(): number {
    return this.#runs
  }

  /** Ends the process; false when it cannot be ended now because it hangs in a dead disk. */
  async stop(): Promise<boolean> {
    this.#end('aborted')
    return await endProcess(this.#child)
  }

  /**
   * Runs one command.
   *
   * @param args without line breaks; no argument of a caller may be one of `-execute`
   * @param timeoutMs its longest time
   * @returns what it wrote to standard output, and the beginning of its complaints
   * @throws ExifToolEndedError, also when `signal` aborts
   */
  async run(args: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<ExifToolAnswer> {
    if (args.some((argument) => /[\r\n\0]/.test(argument))) throw new Error('An argument holds a line break')
    const kill = (as: ExifToolEnd) => {
      this.#end(as)
      this.#child.kill('SIGKILL')
    }
    const over = new AbortController()
    const onAbort = () => kill('aborted')
    const timer = setTimeout(() => kill('too_slow'), timeoutMs)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    void watchMemory(this.#child.pid ?? 0, this.#maxRssBytes, () => kill('too_much_memory'), over.signal)
    try {
      this.#runs += 1
      return await Promise.race([this.#exchange(args, () => kill('too_much_output')), this.#ended.promise])
    } finally {
      over.abort()
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      this.#child.stdout?.removeAllListeners('data')
      this.#child.stderr?.removeAllListeners('data')
    }
  }

  /** ExifTool ends its answer with the number of the command, which no file can know. */
  #exchange(args: readonly string[], onTooMuch: () => void): Promise<ExifToolAnswer> {
    const { promise, resolve } = Promise.withResolvers<ExifToolAnswer>()
    const number = randomInt(2 ** 47)
    const ending = Buffer.from(`{ready${number}}`)
    const parts: Buffer[] = []
    let bytes = 0
    let complaints = ''
    this.#child.stderr?.on('data', (part: Buffer) => {
      if (complaints.length < MAX_ERROR_CHARS) complaints += part.toString('utf8')
    })
    this.#child.stdout?.on('data', (part: Buffer) => {
      parts.push(part)
      bytes += part.length
      if (bytes > MAX_OUTPUT_BYTES) return onTooMuch()
      const tail = Buffer.concat(parts.slice(-2)).subarray(-(ending.length + 2))
      if (!tail.includes(ending)) return
      const text = Buffer.concat(parts).toString('utf8')
      // Its complaints were written before, but come through another pipe.
      setImmediate(() => resolve({ text: text.slice(0, text.lastIndexOf(ending.toString())), complaints }))
    })
    this.#child.stdin?.write([...args, '-ignoreMinorErrors', `-execute${number}`, ''].join('\n'))
    return promise
  }

  /** The first reason counts: what we did, or what happened to it. */
  #end(end: ExifToolEnd): void {
    this.#isEnded = true
    this.#ended.reject(new ExifToolEndedError(end))
  }
}
