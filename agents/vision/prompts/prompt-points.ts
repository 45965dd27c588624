import type { Prompt } from '../../../protocol/vision.ts'
import { type Placement, toInputPx } from '../picture/placement.ts'

/** What the decoders call what stands at a point. */
const LABEL = { padding: -1, outside: 0, inside: 1, boxStart: 2, boxEnd: 3 } as const

/** Points as a decoder takes them: x, y, x, y, … in pixels of the encoder's input, and a label each. */
export type PromptPoints = { coords: number[]; labels: number[] }

/**
 * Points and a box become points: a box is its upper left and lower right corner under labels of their own.
 *
 * @param needsPadding SAM's decoders were taught that a prompt without a box ends with a point that is none;
 *   those of SAM 2 add it themselves
 * @see https://github.com/facebookresearch/segment-anything/blob/main/notebooks/onnx_model_example.ipynb
 */
export function promptPoints(prompt: Prompt, placement: Placement, needsPadding: boolean): PromptPoints {
  const coords: number[] = []
  const labels: number[] = []
  const add = (x: number, y: number, label: number) => {
    coords.push(...toInputPx(placement, x, y))
    labels.push(label)
  }
  for (const { at, inside } of prompt.points) add(...at, inside ? LABEL.inside : LABEL.outside)
  if (prompt.box) {
    const [x, y, width, height] = prompt.box
    add(x, y, LABEL.boxStart)
    add(x + width, y + height, LABEL.boxEnd)
  } else if (needsPadding) {
    coords.push(0, 0)
    labels.push(LABEL.padding)
  }
  return { coords, labels }
}

/** One point, or a box alone: a part, a thing and the whole may all be meant. */
export function isAmbiguous({ points, box }: Prompt): boolean {
  return points.length + (box ? 1 : 0) === 1
}
