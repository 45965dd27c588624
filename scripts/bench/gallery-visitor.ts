import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { routes } from '../../protocol/api/routes.ts'

/** A signed-in client that watches a gallery fill, through the public API alone. */
export class GalleryVisitor {
  readonly #url: string
  readonly #cookie: string

  private constructor(url: string, cookie: string) {
    this.#url = url
    this.#cookie = cookie
  }

  static async signIn(url: string, name: string, password: string): Promise<GalleryVisitor> {
    const response = await fetch(new URL('/api/session', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
    })
    if (!response.ok) throw new Error(`Cannot sign in: ${await response.text()}`)
    const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
    return new GalleryVisitor(url, cookie.join('; '))
  }

  /** Loads the first pictures of the gallery until `count` of them have come whole. */
  async waitForThumbnails(count: number, pauseMs: number): Promise<void> {
    const seen = new Set<number>()
    for (;;) {
      const page = routes.listAssets.answer.parse(
        await this.#getJson(`/api/assets?limit=${Math.min(1_000, count * 2)}`),
      )
      for (const { id } of page.items) {
        if (seen.has(id)) continue
        const response = await this.#get(`/api/assets/${id}/thumbnail`)
        if (response.ok && (await response.arrayBuffer()).byteLength > 0) seen.add(id)
        if (seen.size >= count) return
      }
      await sleep(pauseMs)
    }
  }

  /** Waits until at least `count` files have been read and nothing is left to do. */
  async waitForWork(count: number, pauseMs: number): Promise<void> {
    for (;;) {
      const { kinds } = routes.getJobSummary.answer.parse(await this.#getJson('/api/jobs/summary'))
      const open = kinds.reduce((sum, kind) => sum + kind.queued + kind.leased, 0)
      const done = kinds.find(({ kind }) => kind === 'file.ingest')?.done ?? 0
      if (open === 0 && done >= count) return
      await sleep(pauseMs)
    }
  }

  /** The coordinator's event loop since the last call, in milliseconds. */
  async readLoopDelay(): Promise<{ p99Ms: number; maxMs: number }> {
    const text = await (await this.#get('/api/metrics')).text()
    const read = (quantile: string) => {
      const found = new RegExp(
        `^hearth_event_loop_delay_seconds\\{quantile="${quantile}"\\} (\\S+)`,
        'm',
      ).exec(text)
      return z.coerce.number().parse(found?.[1]) * 1_000
    }
    return { p99Ms: read('0.99'), maxMs: read('max') }
  }

  async #getJson(path: string): Promise<unknown> {
    const response = await this.#get(path)
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  #get(path: string): Promise<Response> {
    return fetch(new URL(path, this.#url), { headers: { cookie: this.#cookie } })
  }
}
