import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../../../config/test-environment.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', 'start.ts')
const START_LIMIT_MS = 60_000

export type ProcessName = 'database' | 'coordinator' | 'vault' | 'worker'

/** A real `npm start` of a test, and the processes below it. */
export class HearthRun {
  readonly child: ChildProcess
  output = ''
  report = ''

  private constructor(args: readonly string[], databaseUrl: string | undefined, under: readonly string[]) {
    const [command = '', ...parameters] = [...under, process.execPath, SCRIPT, ...args]
    this.child = spawn(command, parameters, {
      env: childEnvironment({ DATABASE_URL: databaseUrl, NODE_OPTIONS: undefined, VITEST: undefined }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.on('data', (bytes) => {
      this.report += bytes
    })
    this.child.stderr!.on('data', (bytes) => {
      this.output += bytes
    })
  }

  /** @param under a command to run it under, such as one that hides a program */
  static spawn(args: readonly string[], databaseUrl?: string, under: readonly string[] = []): HearthRun {
    return new HearthRun(args, databaseUrl, under)
  }

  /** Runs to the end; for `--once` and for starts that are refused. */
  static async toEnd(args: readonly string[], databaseUrl?: string) {
    const run = HearthRun.spawn(args, databaseUrl)
    const exitCode = await run.exit()
    return { exitCode, output: run.output, report: run.report }
  }

  /** Where it answers, once it has said so. */
  async url(): Promise<string> {
    const match = await this.#said(/Hearth is at (http:\S+)\//)
    return match[1]!
  }

  async setupToken(): Promise<string> {
    return (await this.#said(/#token=(\S+)/))[1]!
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM')
    return this.exit()
  }

  /** Undefined while that process is being started again. */
  pidOf(name: ProcessName): number | undefined {
    return childrenOf(this.child.pid!).find((pid) => nameOf(pid) === name)
  }

  async #said(pattern: RegExp): Promise<RegExpExecArray> {
    const giveUpAt = performance.now() + START_LIMIT_MS
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (this.child.exitCode !== null || performance.now() > giveUpAt) {
        throw new Error(`Hearth did not say ${pattern}; it said:\n${this.output}`)
      }
      await sleep(50)
    }
  }
}

export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((candidate) => Number.isInteger(candidate) && parentOf(candidate) === pid)
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in parentheses may hold spaces; state and parent come after it.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    )
  } catch {
    return undefined
  }
}

function nameOf(pid: number): ProcessName | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (command.includes('embedded/main.ts')) return 'database'
    if (command.includes('coordinator/main.ts')) return 'coordinator'
    if (!command.includes('agents/main.ts')) return undefined
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('"name":"vault"') ? 'vault' : 'worker'
  } catch {
    return undefined
  }
}
