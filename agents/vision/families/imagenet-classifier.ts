import type { Family } from './family.ts'
import { pickOutput } from './pick-output.ts'
import { openPictureTower } from './picture-tower.ts'

/**
 * A classifier whose last features serve as a vector of the picture: `embedding` float32 [1, dimensions] beside the
 * probabilities. Words find pictures through the vectors of its classes (`label-vectors.ts`).
 *
 * It sees the whole picture, stretched, channels from -1 to 1, as MobileNet does; others say `mean` and `std` in
 * their manifests.
 */
export const imagenetClassifier: Family = {
  name: 'imagenet-classifier',
  role: 'picture-embedder',
  open: (loaded) =>
    openPictureTower(loaded, {
      input: {
        size: { widthPx: 224, heightPx: 224 },
        fit: 'stretch',
        kernel: 'linear',
        channels: 'rgb',
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        pad: 0,
      },
      output: pickOutput(loaded, ['embedding', 'features'], ['probabilities', 'logits']),
    }),
}
