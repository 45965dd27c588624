import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { childEnvironment } from '../../../config/test-environment.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', 'hearth.ts')

export type CommandEnd = { exitCode: number | null; said: string; report: string }

export type CommandOptions = {
  databaseUrl?: string
  /** A command to run it under. */
  under?: readonly string[]
  /** What its environment has beside that of the test. */
  environment?: Record<string, string>
}

/** A real `hearth …` of a test. */
export class HearthCommand {
  readonly child: ChildProcess
  /** So far: of standard error, and of standard output. */
  said = ''
  report = ''
  readonly #end: Promise<CommandEnd>

  constructor(args: readonly string[], options: CommandOptions = {}) {
    const [command = '', ...parameters] = [...(options.under ?? []), process.execPath, SCRIPT, ...args]
    this.child = spawn(command, parameters, {
      env: childEnvironment({
        DATABASE_URL: options.databaseUrl,
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
        VITEST: undefined,
        ...options.environment,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#end = this.#read()
  }

  static run(args: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
    return new HearthCommand(args, options).end()
  }

  end(): Promise<CommandEnd> {
    return this.#end
  }

  async #read(): Promise<CommandEnd> {
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.said += text
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.report += text
    })
    const [exitCode] = await once(this.child, 'close')
    return { exitCode, said: this.said, report: this.report }
  }
}
