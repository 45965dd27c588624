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

  /** @throws Error with what the process said when it does not start */
  static async start(folder: string): Promise<EmbeddedProcess> {
    const config = { folder, socketFolder: folder, logLevel: 'error' }
    const child = fork(mainPath, [], {
      env: childEnvironment({ HEARTH_CONFIG: JSON.stringify(config), NODE_OPTIONS: undefined }),
      execArgv: [],
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

  stop(): Promise<unknown> {
    return this.#end('SIGTERM')
  }

  kill(): Promise<unknown> {
    return this.#end('SIGKILL')
  }

  #end(signal: NodeJS.Signals): Promise<unknown> {
    this.#child.kill(signal)
    return this.#exit
  }
}
