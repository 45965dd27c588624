import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { childEnvironment } from '../../config/test-environment.ts'
import type { CheckAnswer, CheckRequest } from './check-image-process.ts'

const programPath = join(import.meta.dirname, 'check-image-process.ts')
/** An engine keeps its memory for a while after it is closed. */
const IMAGES_PER_PROCESS = 100
/** Takes half a second; on a machine that does much else it has been a minute. */
const LIMIT_MS = 300_000

/**
 * Has crash images opened and checked in a process of its own, one at a time.
 *
 * idle → checking → idle: `check()`; the process is started when needed, and replaced after some images, when
 *   an image ended it, and when an image made it hang. Any → gone: `close()`.
 */
export class ImageChecker {
  #child: ChildProcess | undefined
  #images = 0

  /** @returns what is wrong; an image that ends or hangs the process is wrong */
  async check(request: CheckRequest): Promise<string[]> {
    if (this.#images === IMAGES_PER_PROCESS) this.close()
    this.#child ??= fork(programPath, [], {
      env: childEnvironment({ NODE_OPTIONS: undefined }),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#images += 1
    const child = this.#child
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), LIMIT_MS)
    try {
      const { signal } = limit
      child.send(request)
      return await Promise.race([
        once(child, 'message', { signal }).then(([answer]) => (answer as CheckAnswer).wrong),
        once(child, 'exit', { signal }).then(([code, by]) => {
          this.close()
          return [`ends the database process with ${by ?? code}`]
        }),
      ])
    } catch (error) {
      this.close()
      if (signalled(error)) return [`is not open after ${LIMIT_MS / 1_000} s`]
      throw error
    } finally {
      clearTimeout(timer)
      // Takes the listeners of the race's loser away.
      limit.abort()
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
    this.#images = 0
  }
}

function signalled(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
