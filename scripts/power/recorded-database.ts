import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ProcessMessage } from '../../config/run-process.ts'
import { childEnvironment } from '../../config/test-environment.ts'

const repositoryFolder = join(import.meta.dirname, '..', '..')
const recorderUrl = pathToFileURL(join(import.meta.dirname, 'record-files.ts'))

/** The databases that the simulator knows: ours, and PGlite as it comes. */
export const databasePrograms = {
  embedded: join(repositoryFolder, 'coordinator', 'db', 'embedded', 'main.ts'),
  unpatched: join(import.meta.dirname, 'unpatched-database.ts'),
} as const
export type DatabaseProgram = keyof typeof databasePrograms

type Options = {
  program: DatabaseProgram
  folder: string
  /** Where the record goes; not below `folder`. */
  recordPath: string
  /** How much longer each sync takes, as on a slow disk; 0 when not given. */
  slowMs?: number
  /** A command to run it under, such as a tracer. */
  under?: string[]
}

/**
 * A database process that keeps a record of what it does to the files below its folder.
 *
 * running: from `start()`, which waits until it answers. Gone: after `stop()` (in order) or `kill()` (SIGKILL).
 */
export class RecordedDatabase {
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exit = once(child, 'exit')
  }

  /** @throws Error with what the process said when it does not start */
  static async start({
    program,
    folder,
    recordPath,
    slowMs = 0,
    under = [],
  }: Options): Promise<RecordedDatabase> {
    const recorder = new URL(recorderUrl)
    recorder.searchParams.set('root', folder)
    recorder.searchParams.set('record', recordPath)
    recorder.searchParams.set('slowMs', String(slowMs))
    const [command = process.execPath, ...rest] = [...under, process.execPath]
    const config = { folder, socketFolder: folder, logLevel: 'fatal' }
    const child = fork(databasePrograms[program], [], {
      env: childEnvironment({ HEARTH_CONFIG: JSON.stringify(config), NODE_OPTIONS: undefined }),
      execPath: command,
      execArgv: [...rest, '--import', recorder.href],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const database = new RecordedDatabase(child)
    const message = await Promise.race([
      once(child, 'message').then(([message]) => message as ProcessMessage),
      database.#exit.then(() => undefined),
    ])
    if (message?.type !== 'ready') {
      await database.kill()
      const said = message?.type === 'failed' ? message.error.message : 'it ended'
      throw new Error(`The ${program} database did not start: ${said}`)
    }
    return database
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#exit
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }
}
