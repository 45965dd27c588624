import type { Tensor } from '../session/session.ts'
import type { Picture, Size } from './picture.ts'
import type { Placement } from './placement.ts'

/** One number for each channel, in the order in which the tensor has them. */
export type PerChannel = readonly [number, number, number]

/** What the numbers of a tensor are to be. */
export type Colours = {
  layout: 'nchw' | 'nhwc'
  channels: 'rgb' | 'bgr'
  /** Subtracted from the channels in 0..1, and what they are divided by then. */
  mean: PerChannel
  std: PerChannel
  /** What lies beside the picture, 0..255; it is treated as a pixel is. Null: zeros in the tensor itself. */
  pad: number | null
}

/**
 * Lays a picture, which has the size of its place already, into a tensor of float32.
 *
 * @returns `[1, 3, height, width]` or `[1, height, width, 3]` of the input's size
 */
export function pictureTensor(picture: Picture, input: Size, placement: Placement, colours: Colours): Tensor {
  const { widthPx, heightPx } = input
  const isPlanar = colours.layout === 'nchw'
  const data = new Float32Array(widthPx * heightPx * 3)
  const step = isPlanar ? 1 : 3
  const channelStep = isPlanar ? widthPx * heightPx : 1
  // value / 255 − mean, divided by std, as one multiplication and one addition.
  const scales = colours.std.map((std) => 1 / (255 * std))
  const shifts = colours.mean.map((mean, channel) => -mean / colours.std[channel]!)
  const hasMargin = placement.widthPx < widthPx || placement.heightPx < heightPx
  if (hasMargin && colours.pad !== null) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = colours.pad * scales[channel]! + shifts[channel]!
      if (value === 0) continue
      const from = channel * channelStep
      if (isPlanar) data.fill(value, from, from + channelStep)
      else for (let at = from; at < data.length; at += 3) data[at] = value
    }
  }
  const [red, green, blue] = (colours.channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]) as [number, number, number]
  const [redAt, greenAt, blueAt] = [red * channelStep, green * channelStep, blue * channelStep]
  const [redScale, greenScale, blueScale] = [scales[red]!, scales[green]!, scales[blue]!]
  const [redShift, greenShift, blueShift] = [shifts[red]!, shifts[green]!, shifts[blue]!]
  const { rgb } = picture
  let from = 0
  for (let y = 0; y < picture.heightPx; y += 1) {
    let to = ((placement.topPx + y) * widthPx + placement.leftPx) * step
    for (const end = from + picture.widthPx * 3; from < end; from += 3) {
      data[redAt + to] = rgb[from]! * redScale + redShift
      data[greenAt + to] = rgb[from + 1]! * greenScale + greenShift
      data[blueAt + to] = rgb[from + 2]! * blueScale + blueShift
      to += step
    }
  }
  return {
    type: 'float32',
    data,
    dims: isPlanar ? [1, 3, heightPx, widthPx] : [1, heightPx, widthPx, 3],
  }
}
