import type { Tensor, TensorShape } from '../session/session.ts'

const USUAL_PX = [640, 640] as const
/** 256 MB: more than any model looks at. A file may say anything. */
const MOST_NUMBERS = 2 ** 26

/**
 * Something that a model can be run with where only the time counts: for each input a picture of nothing.
 *
 * @param inputPx width and height where the file leaves them open
 * @throws RangeError for an input that no picture fills
 */
export function madeUpFeeds(
  inputs: readonly TensorShape[],
  inputPx: readonly [number, number] | null,
): Record<string, Tensor> {
  const [width, height] = inputPx ?? USUAL_PX
  return Object.fromEntries(
    inputs.map(({ name, type, dims: shape }) => {
      const dims = shape.map((size, at) =>
        typeof size === 'number' ? size : ([1, 3, height, width][at] ?? 1),
      )
      const length = dims.reduce((product, size) => product * size, 1)
      if (!(length <= MOST_NUMBERS)) throw new RangeError(`Input ${name} takes ${length} numbers`)
      return [name, madeUpTensor(type, length, dims)]
    }),
  )
}

function madeUpTensor(type: string, length: number, dims: number[]): Tensor {
  switch (type) {
    // Sizes of pictures, for models that give boxes in their pixels.
    case 'int64':
      return { type, data: new BigInt64Array(length).fill(BigInt(USUAL_PX[0])), dims }
    case 'int32':
      return { type, data: new Int32Array(length).fill(USUAL_PX[0]), dims }
    default:
      return {
        type: 'float32',
        data: Float32Array.from({ length }, (_, at) => ((at * 37) % 256) / 256),
        dims,
      }
  }
}
