import type { Picture, Size } from '../picture/picture.ts'
import { placePicture } from '../picture/placement.ts'

/**
 * The input of a face detector whose size is free: no larger than the picture needs inside `most`, rounded up to
 * whole cells of its coarsest stride. A wide picture costs less than a square around it.
 */
export function wholeCells(picture: Picture, most: Size, cellPx: number): Size {
  const { widthPx, heightPx } = placePicture(picture, most, 'corner')
  return {
    widthPx: Math.ceil(widthPx / cellPx) * cellPx,
    heightPx: Math.ceil(heightPx / cellPx) * cellPx,
  }
}
