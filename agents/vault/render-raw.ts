import { AppError } from '../../protocol/errors.ts'
import type { Problem } from '../../protocol/media.ts'
import { type HashedFile, type IngestParts, nothingRendered, type Rendered } from './ingest-handler.ts'
import { findOrientation, rawFacts } from './media-facts.ts'
import type { RenderOutcome } from './reader/messages.ts'

/** Largest first, so more than a few broken ones mean that the rest is broken too. */
const MAX_ATTEMPTS = 4

const noPreview: Problem = {
  code: 'no_preview',
  message: 'The RAW file holds no preview that can be shown; a JPEG beside it or a converted DNG would be',
}

/**
 * Shows a RAW file through the largest picture that the camera put into it; RAW data itself is never
 * developed. The orientation of the RAW file is applied to a picture that has none.
 */
export async function renderRaw(file: HashedFile, parts: IngestParts): Promise<Rendered> {
  const outcome = await renderEmbedded(file, parts)
  const found = outcome ?? { ...nothingRendered, problem: noPreview }
  return { outcome: found, media: rawFacts(found, file.metadata?.tags) }
}

/** The largest embedded picture that can be decoded whole, else a damaged one, else undefined. */
export async function renderEmbedded(
  file: HashedFile,
  parts: IngestParts,
): Promise<RenderOutcome | undefined> {
  const orientation = findOrientation(file.metadata?.tags ?? {}) ?? null
  let damaged: RenderOutcome | undefined
  for (const { tag } of file.metadata?.previews.slice(0, MAX_ATTEMPTS) ?? []) {
    const { root, absolutePath: path } = file
    const outcome = await parts.metadata.withPreview({ root, path }, tag, file.signal, async (picture) => {
      const answer = await file.reader.ask(
        { type: 'render', source: { file: picture }, orientation },
        file.signal,
      )
      if (answer.type === 'failed') throw new AppError(answer.code, answer.message)
      return answer.outcome
    })
    if (outcome?.picture != null && outcome.problem === null) return outcome
    if (outcome?.picture != null) damaged ??= outcome
  }
  return damaged
}
