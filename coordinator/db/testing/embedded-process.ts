import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ProcessMessage } from '../../../config/run-process.ts'
import { childEnvironment } from '../../../config/test-environment.ts'

const mainPath = join(import.meta.dirname, '..', 'embedded', 'main.ts')

/**
 * The real process of the embedded database, on a folder of a test.
 *
 * running: from `start()`, which waits until it answers. Gone: after `stop()` (in order) or `kill()` (SIGKILL),
 *   and when the test's own process goes.
 */
export class EmbeddedProcess {
  readonly address: { socketFolder: string }
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>

  private constructor(child: ChildProcess, socketFolder: string) {
    this.#child = child
    this.#exit = once(child, 'exit')
    this.address = { socketFolder }
  }

  /**
   * @param under a command to run it under, such as a tracer
   * @throws Error with what the process said when it does not start
   */
  static async start(folder: string, under: string[] = []): Promise<EmbeddedProcess> {
    const [command = '', ...parameters] = [...under, process.execPath]
    const config = { folder, socketFolder: folder, logLevel: 'error' }
    const child = fork(mainPath, [], {
      env: childEnvironment({ HEARTH_CONFIG: JSON.stringify(config), NODE_OPTIONS: undefined }),
      execPath: command,
      execArgv: parameters,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const server = new EmbeddedProcess(child, folder)
    const message = await Promise.race([
      once(child, 'message').then(([message]) => message as ProcessMessage),
      server.#exit.then(() => undefined),
    ])
    if (message?.type !== 'ready') {
      await server.kill()
      throw new Error(
        `The embedded database did not start: ${message?.type === 'failed' ? message.error.message : 'it ended'}`,
      )
    }
    return server
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** In order, as when the supervisor goes away. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#exit
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }
}
