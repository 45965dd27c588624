import { AppError } from '../../../protocol/errors.ts'
import { isNumberType, typedTensor } from '../session/typed-tensor.ts'
import { openTokenizer } from '../text/open-tokenizer.ts'
import type { LoadedTextPart, TextEmbedder } from './family.ts'
import { describeShapes } from './pick-output.ts'
import { answeredVector } from './unit-vector.ts'

/** How a family reads texts. */
export type TextTower = {
  /** Tokens of a text, where neither the file nor the manifest says. */
  length: number
  lowerCase: boolean
  /** Whether what only fills up is marked as no text, in graphs that ask. */
  hidesPadding: boolean
  /** Name of the output that is the vector. */
  output: string
}

/**
 * Words become numbers, numbers one vector: what all text towers have in common.
 *
 * @throws AppError `model_broken` when the graph takes anything but token ids and perhaps `attention_mask`
 */
export async function openTextTower(loaded: LoadedTextPart, tower: TextTower): Promise<TextEmbedder> {
  const { session, part } = loaded
  const maskInput = session.inputs.find(({ name }) => name === 'attention_mask')
  const [idInput, ...rest] = session.inputs.filter((input) => input !== maskInput)
  const idType = idInput?.type ?? ''
  const maskType = maskInput?.type ?? idType
  if (
    !idInput ||
    rest.length > 0 ||
    idInput.dims.length !== 2 ||
    !isNumberType(idType) ||
    !isNumberType(maskType)
  )
    throw new AppError(
      'model_broken',
      `${part.file}: ${part.family} takes token ids [1, tokens]; this file takes ${describeShapes(session.inputs)}. Export the text tower by itself`,
    )
  const declared = idInput.dims[1]
  const length =
    typeof declared === 'number' && declared > 0 ? declared : (part.contextLength ?? tower.length)
  const tokenize = await openTokenizer(loaded, length)

  return {
    async embedText(text) {
      if (text.trim() === '') return { vector: null, suggestions: [] }
      const { ids, used } = tokenize(tower.lowerCase ? text.toLowerCase() : text)
      const feeds = { [idInput.name]: typedTensor(idType, ids, [1, length]) }
      if (maskInput) {
        const mask = ids.map((_, index) => (index < used || !tower.hidesPadding ? 1 : 0))
        feeds[maskInput.name] = typedTensor(maskType, mask, [1, length])
      }
      const answer = await session.run(feeds)
      return { vector: answeredVector(answer, tower.output, part.family), suggestions: [] }
    },
  }
}
