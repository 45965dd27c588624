import { AppError } from '../../protocol/errors.ts'
import type { Problem } from '../../protocol/media.ts'
import { type HashedFile, type IngestParts, nothingRendered, type Rendered } from './ingest-handler.ts'
import { imageFacts } from './media-facts.ts'
import type { ForeignFormat, RenderOutcome } from './reader/messages.ts'
import { renderEmbedded } from './render-raw.ts'

const formatNames = { psd: 'Photoshop', jxl: 'JPEG XL', bmp: 'BMP' } as const satisfies Record<
  ForeignFormat,
  string
>

/**
 * Shows a picture that the reader has no decoder for: through ffmpeg where it is installed, else
 * through a thumbnail inside the file.
 */
export async function renderForeign(
  file: HashedFile,
  parts: IngestParts,
  first: RenderOutcome,
): Promise<Rendered> {
  const tags = file.metadata?.tags
  const format = first.foreignFormat
  if (format === null) return { outcome: first, media: imageFacts(first, tags) }
  const outcome = (await renderThroughFfmpeg(file, parts, format)) ??
    (await renderEmbedded(file, parts)) ?? { ...nothingRendered, problem: notDecodable(format, parts) }
  // The size is that of the file, not of the smaller picture made from it.
  const ofFile = imageFacts({ ...outcome, picture: null, codec: format }, tags)
  return {
    outcome,
    media: ofFile.widthPx === null ? imageFacts({ ...outcome, codec: format }, tags) : ofFile,
  }
}

/**
 * Shows a broken or forbidding picture at least through the thumbnail that its camera put into it. Its
 * problem stays.
 */
export async function renderBroken(
  file: HashedFile,
  parts: IngestParts,
  first: RenderOutcome,
): Promise<Rendered> {
  const embedded = file.reader.isAlive ? await renderEmbedded(file, parts) : undefined
  return {
    outcome: { ...first, picture: embedded?.picture ?? null },
    media: imageFacts(first, file.metadata?.tags),
  }
}

async function renderThroughFfmpeg(
  file: HashedFile,
  parts: IngestParts,
  format: ForeignFormat,
): Promise<RenderOutcome | undefined> {
  const { videoTools, workFolder } = parts
  if (videoTools === null) return undefined
  return await workFolder.withSafeName(file.absolutePath, async (name) => {
    const answer = await videoTools.still(name, format, file.signal)
    if (!('picture' in answer)) {
      return answer.failed === 'too_slow' ? { ...nothingRendered, problem: tooSlow } : undefined
    }
    const rendered = await file.reader.ask(
      { type: 'render', source: { bytes: answer.picture }, orientation: null },
      file.signal,
    )
    if (rendered.type === 'failed') throw new AppError(rendered.code, rendered.message)
    if (rendered.outcome.picture === null) return undefined
    const facts = await videoTools.probe(name, file.signal, format)
    const { widthPx, heightPx } = typeof facts === 'object' ? facts : {}
    return { ...rendered.outcome, headerSizePx: widthPx && heightPx ? { widthPx, heightPx } : null }
  })
}

const tooSlow: Problem = {
  code: 'too_slow',
  message: 'Decoding this picture with ffmpeg took too long and was given up',
}

function notDecodable(format: ForeignFormat, parts: IngestParts): Problem {
  const name = formatNames[format]
  return parts.videoTools === null
    ? {
        code: 'not_decodable',
        message: `${name} pictures need ffmpeg, ${parts.videoToolsMissing}`,
      }
    : { code: 'not_decodable', message: `ffmpeg on the agent's machine cannot decode this ${name} picture` }
}
