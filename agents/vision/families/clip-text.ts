import type { Family } from './family.ts'
import { pickOutput } from './pick-output.ts'
import { openTextTower } from './text-tower.ts'

/**
 * The text side of CLIP, OpenCLIP and MobileCLIP, as they are usually exported: `input_ids` int [1, 77], perhaps
 * `attention_mask`, and `text_embeds` float32 [1, dimensions]. The graph itself looks for the end of the text and
 * projects; an export without the projection has only a `pooler_output`, which lies in another space and is refused.
 *
 * @see https://github.com/openai/CLIP/blob/main/clip/clip.py
 */
export const clipText: Family = {
  name: 'clip-text',
  role: 'text-embedder',
  open: async (loaded) =>
    openTextTower(loaded, {
      length: 77,
      // Its tokenizer.json does so by itself.
      lowerCase: false,
      hidesPadding: true,
      output: pickOutput(loaded, ['text_embeds', 'text_features'], ['pooler_output']),
    }),
}
