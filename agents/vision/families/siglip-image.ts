import type { Family } from './family.ts'
import { pickOutput } from './pick-output.ts'
import { openPictureTower } from './picture-tower.ts'

/**
 * The picture side of SigLIP and of SigLIP 2 with a fixed size: `pixel_values` float32 [1, 3, 224, 224] and
 * `pooler_output` float32 [1, dimensions]. It sees the whole picture, stretched to a square, bicubic, channels
 * from -1 to 1.
 *
 * @see https://huggingface.co/docs/transformers/model_doc/siglip
 */
export const siglipImage: Family = {
  name: 'siglip-image',
  role: 'picture-embedder',
  open: (loaded) =>
    openPictureTower(loaded, {
      input: {
        size: { widthPx: 224, heightPx: 224 },
        fit: 'stretch',
        kernel: 'cubic',
        channels: 'rgb',
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        pad: 0,
      },
      output: pickOutput(loaded, ['image_embeds', 'pooler_output']),
    }),
}
