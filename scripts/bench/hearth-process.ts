import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment } from '../../config/test-environment.ts'
import type { ProcessUsage } from './process-usage.ts'
import { UsageWatch } from './usage-watch.ts'

const startPath = join(import.meta.dirname, '..', 'start.ts')
const KEPT_LINES = 40

/** Which of Hearth's processes a process is, by its command line. */
export function classOfProcess({ command }: Pick<ProcessUsage, 'command'>): string {
  if (command.includes('coordinator/db/embedded/main.ts')) return 'database'
  if (command.includes('coordinator/main.ts')) return 'coordinator'
  if (command.includes('agents/vault/')) return 'readers'
  if (command.includes('agents/main.ts')) return 'agents'
  if (/\b(perl|exiftool)\b/.test(command)) return 'exiftool'
  return command.includes('scripts/start.ts') ? 'supervisor' : 'other'
}

/**
 * One `npm start` as a benchmark sees it.
 *
 * starting → serving: `serving` resolves with the URL, and usage counts from there.
 * serving → ending: with `--once` when no work is left; usage counts until there. Gone: after that, or `stop()`.
 */
export class HearthProcess {
  readonly usage: UsageWatch
  readonly serving: Promise<string>
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  readonly #said: string[] = []
  #stdout = ''

  /** @param databaseUrl undefined takes the embedded database */
  constructor(parameters: string[], databaseUrl: string | undefined) {
    this.#child = spawn(process.execPath, [startPath, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: childEnvironment({ DATABASE_URL: databaseUrl, NO_COLOR: '1' }),
    })
    this.#exit = once(this.#child, 'close')
    this.usage = new UsageWatch(this.#child.pid!)
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    const serving = Promise.withResolvers<string>()
    this.serving = serving.promise
    createInterface({ input: this.#child.stderr! }).on('line', (line) => {
      this.#said.push(line)
      this.#said.splice(0, this.#said.length - KEPT_LINES)
      if (/^\d+ files in \d+ assets/.test(line)) this.usage.stop()
      const url = /Hearth is at (http\S+)/.exec(line)?.[1]
      if (!url) return
      this.usage.restart()
      serving.resolve(url)
    })
    void this.#exit.then(() => serving.reject(new Error(`Hearth did not start:\n${this.#said.join('\n')}`)))
    // Whoever waits for the end alone need not look at it.
    serving.promise.catch(() => {})
  }

  /** Waits for the end of a run with `--once --json`; its report. */
  async report(): Promise<{ seconds: number; files: number; failed: unknown[] }> {
    const [exitCode] = await this.#exit
    this.usage.stop()
    if (exitCode !== 0) throw new Error(`Hearth ended with ${exitCode}:\n${this.#said.join('\n')}`)
    return JSON.parse(this.#stdout) as { seconds: number; files: number; failed: unknown[] }
  }

  async stop(): Promise<void> {
    this.usage.stop()
    this.#child.kill('SIGTERM')
    await this.#exit
  }
}
