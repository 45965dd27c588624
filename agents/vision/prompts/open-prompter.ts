import { keepColumns } from '../detect/keep-mask.ts'
import type { LoadedPart, Prompter } from '../families/family.ts'
import type { Picture, Size } from '../picture/picture.ts'
import type { Placement } from '../picture/placement.ts'
import type { Tensor } from '../session/session.ts'
import { cutMask } from './cut-mask.ts'
import { decoderInputs } from './decoder-inputs.ts'
import { maskSize } from './mask-size.ts'
import { isAmbiguous, promptPoints } from './prompt-points.ts'
import { decoderReader } from './read-decoder.ts'

/** A picture as an encoder sees it: its tensor, and where in which square it lies. */
export type Seen = { tensor: Tensor; placement: Placement; input: Size }

/** What an encoder has made of a picture: plain values, which may be kept and sent. */
export type EncodedPicture = { features: Record<string, Tensor>; placement: Placement; input: Size }

/** How a family shows a picture to its encoder, and what its decoder was taught. */
export type PrompterRule = {
  encoderInput: string
  see(picture: Picture): Promise<Seen>
  needsPadding: boolean
}

/** An encoder looks at the picture once, a decoder answers to each prompt: what SAM and its descendants have in common. */
export function openPrompter(
  { encoder, decoder }: { encoder: LoadedPart; decoder: LoadedPart },
  rule: PrompterRule,
): Prompter {
  const inputs = decoderInputs(encoder.session, decoder)
  const reader = decoderReader(decoder)
  return {
    async encode(picture, watch) {
      const start = performance.now()
      const { tensor, placement, input } = await rule.see(picture)
      const prepared = performance.now()
      watch.prepare += prepared - start
      const features = await encoder.session.run({ [rule.encoderInput]: tensor })
      watch.infer += performance.now() - prepared
      return { features, placement, input } satisfies EncodedPicture
    },

    async outline(encoded, picture, prompt, watch) {
      // Nobody but `encode` above makes one.
      const { features, placement, input } = encoded as EncodedPicture
      const start = performance.now()
      const size = maskSize(picture, placement)
      const points = promptPoints(prompt, placement, rule.needsPadding)
      const asked = reader.readsSmall ? quarter(size) : size
      const feeds = inputs(features, points, asked)
      const prepared = performance.now()
      watch.prepare += prepared - start
      const outputs = await decoder.session.run(feeds)
      const answered = performance.now()
      watch.infer += answered - prepared
      const { plane, score } = reader.read(outputs, isAmbiguous(prompt), { placement, input })
      const bits = cutMask(plane, size)
      const mask = bits.includes(1) ? keepColumns(bits, size.heightPx, size.widthPx) : null
      watch.read += performance.now() - answered
      return mask && { mask, score }
    },
  }
}

/** What the graph is told to make of its small masks, as these are all that is read. */
function quarter({ widthPx, heightPx }: Size): Size {
  return { widthPx: Math.ceil(widthPx / 4), heightPx: Math.ceil(heightPx / 4) }
}
