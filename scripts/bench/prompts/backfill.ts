import { setTimeout as sleep } from 'node:timers/promises'
import { visionRoutes } from '../../../protocol/api/vision-routes.ts'
import type { ApiClient } from '../../start/testing/api-client.ts'

const LOOK_MS = 250

/** How far looking for things has come. */
export async function readDetecting(api: ApiClient) {
  const { tasks } = visionRoutes.listModels.answer.parse(await api.get('/api/models'))
  return tasks.find(({ task }) => task === 'detect')!
}

/** Has all pictures looked at again and again, until it is disposed of. */
export class Backfill implements AsyncDisposable {
  readonly #api: ApiClient
  readonly #stopping = new AbortController()
  readonly #running = Promise.withResolvers<void>()
  readonly #loop: Promise<void>
  #wished = 0
  #open = 0

  constructor(api: ApiClient) {
    this.#api = api
    this.#loop = this.#run()
    this.#loop.catch((error) => this.#running.reject(error))
  }

  untilRunning(): Promise<void> {
    return this.#running.promise
  }

  /** Done so far. */
  get looks(): number {
    return this.#wished - this.#open
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const { open } = await readDetecting(this.#api)
      this.#open = open
      if (open > 0) this.#running.resolve()
      else {
        const answer = await this.#api.post('/api/models/detect/run', { which: 'all' })
        this.#wished += visionRoutes.runModel.answer.parse(answer).queued
      }
      await sleep(LOOK_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }
}
