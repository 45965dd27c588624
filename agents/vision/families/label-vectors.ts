import { AppError } from '../../../protocol/errors.ts'
import { typedTensor } from '../session/typed-tensor.ts'
import { WordList } from '../text/word-list.ts'
import type { Family } from './family.ts'
import { describeShapes, pickOutput } from './pick-output.ts'
import { answeredVector, meanDirection } from './unit-vector.ts'

/**
 * Words for a classifier: the vectors by which it tells its classes apart lie in the space of its picture vectors, so
 * that each class can be searched for. `label_ids` int64 [n] gives `vectors` float32 [n, dimensions].
 *
 * It understands the names of its classes and nothing else (`word-list.ts`). A thing with several classes is the mean
 * of their directions, and so are several things.
 */
export const labelVectors: Family = {
  name: 'label-vectors',
  role: 'text-embedder',
  async open(loaded) {
    const { part, session } = loaded
    const [input, ...rest] = session.inputs
    if (!input || rest.length > 0 || input.type !== 'int64' || input.dims.length !== 1)
      throw new AppError(
        'model_broken',
        `${part.file}: label-vectors takes numbers of classes int64 [n]; this file takes ${describeShapes(session.inputs)}`,
      )
    if (!part.classes?.length)
      throw new AppError('model_broken', `${part.file}: the manifest must name its classes: add a classFile`)
    const output = pickOutput(loaded, ['vectors'])
    const words = new WordList(part.classes)

    async function vectorOf(id: number): Promise<Float32Array> {
      const answer = await session.run({ [input!.name]: typedTensor('int64', [id], [1]) })
      return answeredVector(answer, output, 'label-vectors')
    }

    return {
      async embedText(text) {
        const { things, suggestions } = words.match(text)
        if (things.length === 0) return { vector: null, suggestions }
        const means = things.map(async (ids) =>
          meanDirection(await Promise.all(ids.map(vectorOf)), 'label-vectors'),
        )
        return { vector: meanDirection(await Promise.all(means), 'label-vectors'), suggestions }
      },
    }
  },
}
