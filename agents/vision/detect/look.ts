import type { Stopwatch } from '../families/family.ts'
import { freeBytes } from '../picture/free-bytes.ts'
import type { Picture } from '../picture/picture.ts'
import type { Placement } from '../picture/placement.ts'
import { type InputRule, preparePicture } from '../picture/prepare-picture.ts'
import type { Session, Tensor } from '../session/session.ts'

type Look<Found> = {
  session: Session
  input: { name: string; rule: InputRule }
  /** What the model is given beside the picture. */
  beside?: (picture: Picture) => Record<string, Tensor>
  /** What it returns holds nothing of the outputs: they are gone then. */
  read(outputs: Record<string, Tensor>, placement: Placement): Found
}

/** Shows a picture to a model and reads its answer; adds to the watch how long each took. */
export async function look<Found>(picture: Picture, watch: Stopwatch, how: Look<Found>): Promise<Found> {
  const start = performance.now()
  const { tensor, placement } = await preparePicture(picture, how.input.rule)
  const prepared = performance.now()
  watch.prepare += prepared - start
  const outputs = await how.session.run({ [how.input.name]: tensor, ...how.beside?.(picture) })
  const answered = performance.now()
  watch.infer += answered - prepared
  const found = how.read(outputs, placement)
  for (const { data } of Object.values(outputs)) freeBytes(data)
  watch.read += performance.now() - answered
  return found
}
