import { z } from 'zod'

/** The part of `ffprobe -of json` that Hearth asks for. Numbers come as text in some places. */
const ProbeAnswer = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
        sample_aspect_ratio: z.string().optional(),
        duration: z.string().optional(),
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
        side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
      }),
    )
    .default([]),
  format: z.object({ duration: z.string().optional() }).default({}),
})

/** What a movie is, upright. */
export type StreamFacts = {
  widthPx: number | null
  heightPx: number | null
  durationMs: number | null
  codec: string | null
}

/** Reads ffprobe's answer; undefined when the file has no moving picture. */
export function findStreamFacts(json: unknown): StreamFacts | undefined {
  const parsed = ProbeAnswer.safeParse(json)
  if (!parsed.success) return undefined
  const { streams, format } = parsed.data
  const video = streams.find(
    (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1,
  )
  if (video === undefined) return undefined
  const rotation = video.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0
  const [across = 1, down = 1] = (video.sample_aspect_ratio ?? '1:1')
    .split(':')
    .map((part) => Number(part) || 1)
  const shownWidthPx = positive(Math.round(((video.width ?? 0) * across) / down))
  const shownHeightPx = positive(video.height)
  const isTurned = Math.abs(Math.round(rotation / 90)) % 2 === 1
  const seconds = Number(format.duration ?? video.duration ?? Number.NaN)
  return {
    widthPx: isTurned ? shownHeightPx : shownWidthPx,
    heightPx: isTurned ? shownWidthPx : shownHeightPx,
    durationMs: seconds >= 0 && seconds < 1e9 ? Math.round(seconds * 1_000) : null,
    codec: video.codec_name?.slice(0, 64) ?? null,
  }
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null
}
