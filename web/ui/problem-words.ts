import type { ProblemCode } from '../../protocol/media.ts'

/** A few words for a tile; the whole sentence stands in the viewer. */
export const problemWords: Record<ProblemCode, string> = {
  empty: 'The file is empty',
  damaged: 'The file is damaged',
  not_decodable: 'Cannot be decoded',
  too_large: 'Too many pixels to open',
  too_slow: 'Took too long to open',
  too_much_memory: 'Needs too much memory',
  no_preview: 'No preview inside',
  program_missing: 'A program is missing',
  name_not_supported: 'File name cannot be read',
}
