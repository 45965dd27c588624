import { cropPicture } from '../picture/crop-picture.ts'
import type { Picture } from '../picture/picture.ts'
import type { Family } from './family.ts'
import { pickOutput } from './pick-output.ts'
import { openPictureTower } from './picture-tower.ts'

/**
 * The picture side of CLIP, OpenCLIP and MobileCLIP: `pixel_values` float32 [1, 3, 224, 224] and `image_embeds`
 * float32 [1, dimensions].
 *
 * It sees the square in the middle, bicubic, with CLIP's own colours; MobileCLIP takes the channels as they are, so
 * its manifests say `mean: [0, 0, 0]`, `std: [1, 1, 1]`. An export without the projection is refused: its
 * `pooler_output` lies in another space than the texts.
 *
 * @see https://github.com/openai/CLIP/blob/main/clip/clip.py
 */
export const clipImage: Family = {
  name: 'clip-image',
  role: 'picture-embedder',
  open: (loaded) =>
    openPictureTower(loaded, {
      input: {
        size: { widthPx: 224, heightPx: 224 },
        fit: 'stretch',
        kernel: 'cubic',
        channels: 'rgb',
        mean: [0.48145466, 0.4578275, 0.40821073],
        std: [0.26862954, 0.26130258, 0.27577711],
        pad: 0,
      },
      output: pickOutput(loaded, ['image_embeds', 'image_features'], ['pooler_output']),
      crop: cropMiddle,
    }),
}

/** The largest square in the middle. Cut before it is resized: a picture of 1×10,000 would become a giant. */
function cropMiddle(picture: Picture): Picture {
  const sidePx = Math.min(picture.widthPx, picture.heightPx)
  return cropPicture(picture, {
    leftPx: Math.round((picture.widthPx - sidePx) / 2),
    topPx: Math.round((picture.heightPx - sidePx) / 2),
    widthPx: sidePx,
    heightPx: sidePx,
  })
}
