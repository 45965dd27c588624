import type { ModelKey } from '../../../protocol/models.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import type { DerivedChoice } from '../../sources/read-preview.ts'
import { hasEnoughPixels } from '../picture/enough-pixels.ts'
import type { VisionWork } from '../session/messages.ts'

/**
 * Which derived picture a look fetches: the smallest that shows the model all that it can see. How much that is, is
 * known once the model has been loaded; until then, embedders are taken for models with small inputs, and the others
 * not.
 */
export class PictureChoice {
  readonly #sidesPx = new Map<string, number>()

  choose(model: ModelKey, work: VisionWork['type'], { grid }: Pick<InputFile, 'grid'>): DerivedChoice {
    if (grid === null) return 'preview'
    const sidePx = this.#sidesPx.get(nameOf(model, work))
    const isEnough = sidePx === undefined ? work === 'embed' : hasEnoughPixels(grid, sidePx)
    return isEnough ? 'grid' : 'preview'
  }

  /** @param sidePx of what the model sees, as it said when it looked */
  learn(model: ModelKey, work: VisionWork['type'], sidePx: number): void {
    this.#sidesPx.set(nameOf(model, work), sidePx)
  }
}

function nameOf(model: ModelKey, work: VisionWork['type']): string {
  return `${model} ${work}`
}
