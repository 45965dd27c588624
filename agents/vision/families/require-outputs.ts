import { AppError } from '../../../protocol/errors.ts'
import type { LoadedPart } from './family.ts'
import { describeShapes } from './pick-output.ts'

/** @throws AppError `model_broken` when an output of the family is missing */
export function requireOutputs({ part, session }: LoadedPart, names: readonly string[]): void {
  const missing = names.filter((name) => !session.outputs.some((output) => output.name === name))
  if (missing.length === 0) return
  throw new AppError(
    'model_broken',
    `${part.file}: ${part.family} gives ${missing.join(', ')}; this file gives ${describeShapes(session.outputs)}`,
  )
}
