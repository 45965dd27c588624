import { visionRoutes } from '../../../protocol/vision-api.ts'
import type { ApiClient } from '../../start/testing/api-client.ts'

/** Milliseconds until the outline was there, with how it spent them on the machine that made it. */
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
    const answer = await this.#api.post(`/api/assets/${assetId}/segment`, {
      points: [{ at, inside: true }],
      box: null,
    })
    const ms = performance.now() - startedAt
    const { mask, stagesMs } = visionRoutes.segmentAsset.answer.parse(answer)
    if (mask === null)
      throw new Error(`Asset ${assetId} was clicked at ${at.join(', ')} and has no outline there`)
    console.log(`${ms.toFixed(0)} ms: ${JSON.stringify(stagesMs)}`)
    return ms
  }
}
