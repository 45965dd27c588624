import { thumbHashToAverageRGBA } from 'thumbhash'
import { AppError } from '../../protocol/errors.ts'
import type { MediaFacts } from '../../protocol/ingest.ts'
import type { Problem } from '../../protocol/media.ts'
import { type HashedFile, type IngestParts, nothingRendered, type Rendered } from './ingest-handler.ts'
import { posterTimesMs, videoFactsFromTags } from './media-facts.ts'
import type { RenderedPicture, RenderOutcome } from './reader/messages.ts'
import type { PosterAnswer, VideoTools } from './video/video-tools.ts'

/** Average brightness, of 1, below which a poster counts as black. */
const BLACK_BELOW = 0.04

const ffmpegMissing = (why: string): Problem => ({
  code: 'program_missing',
  message: `Movies get a poster from ffmpeg, ${why}`,
})

/** Shows a movie through one of its frames; a black one is passed over once. */
export async function renderVideo(file: HashedFile, parts: IngestParts): Promise<Rendered> {
  const { videoTools, videoToolsMissing, workFolder } = parts
  const byTags = videoFactsFromTags(file.metadata?.tags)
  if (videoTools === null) {
    return { outcome: { ...nothingRendered, problem: ffmpegMissing(videoToolsMissing) }, media: byTags }
  }
  return await workFolder.withSafeName(file.absolutePath, async (name) => {
    const facts = await videoTools.probe(name, file.signal)
    if (facts === 'too_slow') return { outcome: { ...nothingRendered, problem: tooSlow }, media: byTags }
    const media: MediaFacts = { ...byTags, ...facts, kind: 'video' }
    if (facts === undefined) return { outcome: { ...nothingRendered, problem: noMovingPicture }, media }
    return { outcome: await renderPoster(file, videoTools, name, media), media }
  })
}

async function renderPoster(
  file: HashedFile,
  tools: VideoTools,
  name: string,
  media: MediaFacts,
): Promise<RenderOutcome> {
  let failure: PosterAnswer | undefined
  for (const atMs of posterTimesMs(media.durationMs)) {
    const answer = await tools.poster(name, atMs, file.signal)
    if (!('picture' in answer)) {
      failure ??= answer
      if (answer.failed !== 'no_picture') break
      continue
    }
    const outcome = await render(file, answer.picture)
    if (outcome.picture === null || !isBlack(outcome.picture) || media.durationMs === null) return outcome
    const later = await tools.poster(name, Math.round(media.durationMs * 0.4), file.signal)
    return 'picture' in later ? await render(file, later.picture) : outcome
  }
  return { ...nothingRendered, problem: posterProblem(failure) }
}

async function render(file: HashedFile, bytes: Uint8Array): Promise<RenderOutcome> {
  const answer = await file.reader.ask({ type: 'render', source: { bytes }, orientation: null }, file.signal)
  if (answer.type === 'failed') throw new AppError(answer.code, answer.message)
  return answer.outcome
}

function isBlack(picture: RenderedPicture): boolean {
  const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(picture.thumbhash, 'base64'))
  return Math.max(r, g, b) < BLACK_BELOW
}

const noMovingPicture: Problem = {
  code: 'damaged',
  message: 'ffprobe finds no moving picture in this file: it is damaged, or only sound',
}

const tooSlow: Problem = {
  code: 'too_slow',
  message: 'Taking a frame out of this movie took too long and was given up',
}

function posterProblem(failure: PosterAnswer | undefined): Problem {
  if (failure === undefined || 'picture' in failure) return noMovingPicture
  switch (failure.failed) {
    case 'too_slow':
      return tooSlow
    case 'too_much_memory':
      return {
        code: 'too_much_memory',
        message: 'Taking a frame out of this movie needs more memory than it may use',
      }
    default:
      return { code: 'damaged', message: `No frame of this movie can be decoded (${failure.reason})` }
  }
}
