import type { Context } from 'koa'
import { contentDisposition, contentTypeOf } from '../media/content-type.ts'
import { entityTag, isNoneMatch, isRangeCurrent } from '../media/entity-tag.ts'
import type { OriginalFile } from '../media/find-original.ts'
import { parseRange } from '../media/parse-range.ts'
import type { Transfers } from '../media/transfers.ts'
import { rangeError } from './send-derived.ts'

/**
 * Answers with the bytes of an original as its agent sends them. Resolves when they have passed; headers
 * are sent only once the agent has begun, so that until then a failure can still be said in words.
 */
export async function sendOriginal(
  context: Context,
  transfers: Transfers,
  original: OriginalFile,
  isDownload: boolean,
): Promise<void> {
  const { sizeBytes } = original
  const tag = original.contentHash === undefined ? undefined : entityTag(original.contentHash)
  const type = contentTypeOf(original.displayName)
  context.set('accept-ranges', 'bytes')
  context.set('cache-control', 'private, no-cache')
  context.set('x-content-type-options', 'nosniff')
  // Shown by itself in a tab it may still do nothing but be looked at.
  context.set(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox",
  )
  context.set(
    'content-disposition',
    contentDisposition(isDownload ? 'attachment' : type.disposition, original.displayName),
  )
  if (tag) context.set('etag', tag)
  if (tag && isNoneMatch(context.headers['if-none-match'], tag)) {
    context.status = 304
    return
  }

  const header = isRangeCurrent(context.get('if-range') || undefined, tag) ? context.headers.range : undefined
  const range = parseRange(header, sizeBytes)
  if (range === 'unsatisfiable') throw rangeError(sizeBytes)
  const { start, end } = range === 'whole' ? { start: 0, end: sizeBytes - 1 } : range
  context.status = range === 'whole' ? 200 : 206
  if (range !== 'whole') context.set('content-range', `bytes ${start}-${end}/${sizeBytes}`)
  context.type = type.mimeType
  context.length = end - start + 1
  if (context.method === 'HEAD') return
  if (sizeBytes === 0) {
    context.body = Buffer.alloc(0)
    return
  }

  const gone = new AbortController()
  context.res.once('close', () => gone.abort())
  const { agentId, root, path } = original
  const upload = await transfers.ask(agentId, { root, path, sizeBytes, start, end }, gone.signal)
  context.respond = false
  await upload.sendTo(context.res)
}
