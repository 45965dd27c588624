import type { Family } from './family.ts'
import { pickOutput } from './pick-output.ts'
import { openTextTower } from './text-tower.ts'

/**
 * The text side of SigLIP and SigLIP 2: `input_ids` int [1, 64] and `pooler_output` float32 [1, dimensions].
 *
 * It was trained on small letters, on texts filled up to 64 tokens, and reads its result off the last one: what
 * fills up must be the model's own padding (`</s>` in SigLIP, `<pad>` in SigLIP 2), and is not hidden.
 *
 * @see https://huggingface.co/docs/transformers/model_doc/siglip
 */
export const siglipText: Family = {
  name: 'siglip-text',
  role: 'text-embedder',
  open: async (loaded) =>
    openTextTower(loaded, {
      length: 64,
      lowerCase: true,
      hidesPadding: false,
      output: pickOutput(loaded, ['text_embeds', 'pooler_output']),
    }),
}
