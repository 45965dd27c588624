import { preparePicture } from '../picture/prepare-picture.ts'
import { openPrompter } from '../prompts/open-prompter.ts'
import type { Family } from './family.ts'
import { IMAGENET, readInputRule } from './read-input-rule.ts'

/**
 * SAM 2 and 2.1, exported as encoder (`image_embed`, `high_res_feats_0`, `high_res_feats_1`) and decoder.
 *
 * Unlike SAM it sees the picture stretched to a square, so that points are fractions of the square and masks have no
 * margin; and its decoder ends a prompt by itself.
 *
 * @see https://github.com/facebookresearch/sam2/blob/main/sam2/utils/transforms.py
 */
export const sam2: Family = {
  name: 'sam2',
  role: 'prompter',
  open(loaded) {
    const { name, rule } = readInputRule(loaded.encoder, {
      size: { widthPx: 1024, heightPx: 1024 },
      fit: 'stretch',
      kernel: 'linear',
      channels: 'rgb',
      ...IMAGENET,
      pad: null,
    })
    return openPrompter(loaded, {
      encoderInput: name,
      see: async (picture) => ({ ...(await preparePicture(picture, rule)), input: rule.size }),
      needsPadding: false,
    })
  },
}
