import type { Tensor } from '../session/session.ts'
import type { Picture, Size } from './picture.ts'
import { type Colours, pictureTensor } from './picture-tensor.ts'
import { type Fit, type Placement, placePicture } from './placement.ts'
import type { Kernel } from './resize-pixels.ts'

/** What a model wants to see. */
export type InputRule = { size: Size; fit: Fit; kernel: Kernel; colours: Colours }

/** Makes the tensor that a model looks at, and says where in it the picture lies. */
export async function preparePicture(
  picture: Picture,
  { size, fit, kernel, colours }: InputRule,
): Promise<{ tensor: Tensor; placement: Placement }> {
  const placement = placePicture(picture, size, fit)
  using resized = await picture.resized(placement, kernel)
  return { tensor: pictureTensor(resized, size, placement, colours), placement }
}
