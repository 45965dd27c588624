import { AppError, type ErrorCode } from '../../../protocol/errors.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import type { ModelPlace, VisionWork } from '../session/messages.ts'

/** What the process that runs models decodes itself; of others the vault makes the preview. */
const readable = /\.(jpe?g|png|webp|tiff?|avif)$/i
/** Of so many jobs as run at once, all may be in memory. */
const MOST_BYTES = 64 * 1024 ** 2

/** Whether a look should be at the original: the model asks for it, nobody waits, and it can be decoded here. */
export function wantsOriginal(
  { looksAt }: ModelPlace['manifest'],
  type: VisionWork['type'],
  { path, sizeBytes }: Pick<InputFile, 'path' | 'sizeBytes'>,
): boolean {
  const isLook = type === 'detect' || type === 'embed' || type === 'faces'
  return looksAt === 'original' && isLook && readable.test(path) && sizeBytes <= MOST_BYTES
}

/** The picture itself is another one, or the model at fault: the preview would not help. */
const final: readonly ErrorCode[] = [
  'file_changed',
  'model_broken',
  'model_missing',
  'model_failed',
  'quarantined',
]

/** Whether the preview does instead where the original could not be looked at: no source of this machine reads it now. */
export function mayLookAtPreview(error: unknown, signal: AbortSignal): boolean {
  return !signal.aborted && error instanceof AppError && !final.includes(error.code)
}
