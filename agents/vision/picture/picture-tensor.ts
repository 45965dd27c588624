import { floatBlocks } from '../session/float-blocks.ts'
import type { Tensor } from '../session/session.ts'
import type { Pixels, Size } from './picture.ts'
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
 * Lays pixels, which have the size of their place already, into a tensor of float32.
 *
 * @returns `[1, 3, height, width]` or `[1, height, width, 3]` of the input's size; its numbers are for one run
 */
export function pictureTensor(pixels: Pixels, input: Size, placement: Placement, colours: Colours): Tensor {
  const { widthPx, heightPx } = input
  const isPlanar = colours.layout === 'nchw'
  const data = floatBlocks.take(widthPx * heightPx * 3)
  const step = isPlanar ? 1 : 3
  const channelStep = isPlanar ? widthPx * heightPx : 1
  const numbers = [0, 1, 2].map((channel) => numbersOf(colours, channel))
  fillMargin(data, input, placement, isPlanar, marginOf(numbers, colours.pad))
  const [red, green, blue] = (colours.channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]) as [number, number, number]
  const [redAt, greenAt, blueAt] = [red * channelStep, green * channelStep, blue * channelStep]
  const [redOf, greenOf, blueOf] = [numbers[red]!, numbers[green]!, numbers[blue]!]
  const { rgb } = pixels
  let from = 0
  for (let y = 0; y < pixels.heightPx; y += 1) {
    let to = ((placement.topPx + y) * widthPx + placement.leftPx) * step
    for (const end = from + pixels.widthPx * 3; from < end; from += 3) {
      data[redAt + to] = redOf[rgb[from]!]!
      data[greenAt + to] = greenOf[rgb[from + 1]!]!
      data[blueAt + to] = blueOf[rgb[from + 2]!]!
      to += step
    }
  }
  return {
    type: 'float32',
    data,
    dims: isPlanar ? [1, 3, heightPx, widthPx] : [1, heightPx, widthPx, 3],
  }
}

/** The number of each of the 256 values of a channel: looked up in a third of the time that computing it takes. */
function numbersOf({ mean, std }: Colours, channel: number): Float32Array {
  // value / 255 − mean, divided by std, as one multiplication and one addition.
  const scale = 1 / (255 * std[channel]!)
  const shift = -mean[channel]! / std[channel]!
  return Float32Array.from({ length: 256 }, (_, value) => value * scale + shift)
}

function marginOf(numbers: readonly Float32Array[], pad: number | null): number[] {
  return numbers.map((ofValue) => (pad === null ? 0 : ofValue[pad]!))
}

/** Fills what lies beside the picture. */
function fillMargin(
  data: Float32Array,
  { widthPx, heightPx }: Size,
  placement: Placement,
  isPlanar: boolean,
  margin: readonly number[],
): void {
  const area = widthPx * heightPx
  const fill = (fromPx: number, toPx: number) => {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = margin[channel]!
      if (isPlanar) data.fill(value, channel * area + fromPx, channel * area + toPx)
      else for (let at = fromPx * 3 + channel; at < toPx * 3; at += 3) data[at] = value
    }
  }
  const { leftPx, topPx } = placement
  const [rightPx, bottomPx] = [leftPx + placement.widthPx, topPx + placement.heightPx]
  fill(0, topPx * widthPx)
  fill(bottomPx * widthPx, area)
  if (placement.widthPx === widthPx) return
  for (let row = topPx * widthPx; row < bottomPx * widthPx; row += widthPx) {
    fill(row, row + leftPx)
    fill(row + rightPx, row + widthPx)
  }
}
