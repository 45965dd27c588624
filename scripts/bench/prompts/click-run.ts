import { visionRoutes } from '../../../protocol/api/vision-routes.ts'
import type { ApiClient } from '../../start/testing/api-client.ts'

/** Milliseconds until the outline was there. */
export type Clicks = { firstMs: number[]; laterMs: number[] }

/** A person who points at something in one picture after the other. */
export class ClickRun {
  readonly #api: ApiClient
  readonly #random: () => number

  constructor(api: ApiClient, random: () => number) {
    this.#api = api
    this.#random = random
  }

  /** @param clicks later ones in each picture, after the first */
  async run(assetIds: readonly number[], clicks: number): Promise<Clicks> {
    const [firstMs, laterMs]: [number[], number[]] = [[], []]
    for (const assetId of assetIds) {
      firstMs.push(await this.#click(assetId))
      for (let click = 0; click < clicks; click += 1) laterMs.push(await this.#click(assetId))
    }
    return { firstMs, laterMs }
  }

  async #click(assetId: number): Promise<number> {
    const at = [0.1 + this.#random() * 0.8, 0.1 + this.#random() * 0.8]
    const startedAt = performance.now()
    const answer = await this.#ask(assetId, { points: [{ at, inside: true }], box: null })
    const ms = performance.now() - startedAt
    const { mask } = visionRoutes.segmentAsset.answer.parse(answer)
    if (mask === null)
      throw new Error(`Asset ${assetId} was clicked at ${at.join(', ')} and has no outline there`)
    return ms
  }

  /** A first click may find that the model has yet to be loaded, on a machine with much else to do: it is made again. */
  async #ask(assetId: number, prompt: unknown): Promise<unknown> {
    for (;;) {
      try {
        return await this.#api.post(`/api/assets/${assetId}/segment`, prompt)
      } catch (error) {
        if (!String(error).includes('timed_out')) throw error
        console.log(`asset ${assetId}: no answer in time; clicked again`)
      }
    }
  }
}
