import type { Context } from 'koa'
import { AppError } from '../../protocol/errors.ts'
import type { DerivedStore } from '../media/derived-store.ts'
import { entityTag, isNoneMatch, isRangeCurrent } from '../media/entity-tag.ts'
import type { DerivedPicture } from '../media/find-derived.ts'
import { parseRange } from '../media/parse-range.ts'

/**
 * Answers with a derived picture, or the part of it that was asked for.
 *
 * @param isNamedByVersion the URL carries the picture's version, so that it may be kept for ever
 * @returns false, with nothing answered, when the store has lost it
 */
export async function sendDerived(
  context: Context,
  store: DerivedStore,
  picture: Pick<DerivedPicture, 'hash' | 'sizeBytes' | 'mimeType'>,
  isNamedByVersion: boolean,
): Promise<boolean> {
  const tag = entityTag(picture.hash)
  const file = await store.open(picture.hash, picture.sizeBytes)
  if (!file) return false
  try {
    context.set('etag', tag)
    context.set('accept-ranges', 'bytes')
    context.set(
      'cache-control',
      isNamedByVersion ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    )
    if (isNoneMatch(context.headers['if-none-match'], tag)) {
      context.status = 304
      return true
    }
    const header = isRangeCurrent(context.get('if-range') || undefined, tag)
      ? context.headers.range
      : undefined
    const range = parseRange(header, picture.sizeBytes)
    if (range === 'unsatisfiable') throw rangeError(picture.sizeBytes)
    const { start, end } = range === 'whole' ? { start: 0, end: picture.sizeBytes - 1 } : range
    if (range !== 'whole') {
      context.status = 206
      context.set('content-range', `bytes ${start}-${end}/${picture.sizeBytes}`)
    }
    context.type = picture.mimeType
    const bytes = Buffer.allocUnsafe(context.method === 'HEAD' ? 0 : end - start + 1)
    if (bytes.length > 0) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
      if (bytesRead !== bytes.length) throw new Error(`Derived file ${picture.hash} shrank while it was read`)
    }
    context.body = bytes
    context.length = end - start + 1
    return true
  } finally {
    await file.close()
  }
}

export function rangeError(sizeBytes: number): AppError {
  return new AppError('range_not_satisfiable', `There are ${sizeBytes} bytes, and none in this range`, {
    details: { sizeBytes },
  })
}
