import { derivedSizePx } from '../../../protocol/media.ts'
import type { Cage } from '../../cage/cage.ts'
import type { ForeignFormat } from '../reader/messages.ts'
import { type ProgramAnswer, runProgram } from '../run-program.ts'
import { findStreamFacts, type StreamFacts } from './stream-facts.ts'

/** Containers that ffmpeg may open. Playlists and scripts are not among them: they name other files. */
const CONTAINERS = [
  ...['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'asf', 'flv'],
].join(',')
const demuxerOf = { psd: 'psd_pipe', jxl: 'jpegxl_pipe', bmp: 'bmp_pipe' } as const satisfies Record<
  ForeignFormat,
  string
>
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024

/** What ffmpeg may hold beside what is watched: its libraries and threads. */
const OWN_DATA_BYTES = 2 * 1024 ** 3

export type VideoToolsOptions = {
  cage: Cage
  ffmpegPath: string
  ffprobePath: string
  timeoutMs: number
  maxRssBytes: number
}

export type PosterAnswer =
  | { picture: Buffer }
  | { failed: Exclude<ProgramAnswer['end'], 'finished'> | 'no_picture'; reason: string }

/** ffprobe and ffmpeg as Hearth uses them: read-only, local files only, one picture at a time. */
export class VideoTools {
  readonly #options: VideoToolsOptions

  constructor(options: VideoToolsOptions) {
    this.#options = options
  }

  /**
   * What a movie is, or a still of the given format; undefined when ffprobe finds no picture in it,
   * which is not known when it ran out of time.
   */
  async probe(
    file: string,
    signal: AbortSignal,
    format?: ForeignFormat,
  ): Promise<StreamFacts | 'too_slow' | undefined> {
    const wanted = [
      'format=duration',
      'stream=codec_type,codec_name,width,height,sample_aspect_ratio,duration',
      'stream_disposition=attached_pic',
      'stream_side_data=rotation',
    ]
    const formats = format === undefined ? CONTAINERS : demuxerOf[format]
    const args = [...inputOptions(formats), '-show_entries', wanted.join(':'), '-of', 'json', `file:${file}`]
    const answer = await this.#run(this.#options.ffprobePath, args, file, signal)
    if (answer.end === 'too_slow') return 'too_slow'
    if (answer.end !== 'finished') return undefined
    try {
      return findStreamFacts(JSON.parse(answer.output.toString('utf8')))
    } catch {
      return undefined
    }
  }

  /** One upright frame of a movie as JPEG, at most preview size. */
  async poster(file: string, atMs: number, signal: AbortSignal): Promise<PosterAnswer> {
    const seek = atMs > 0 ? ['-ss', (atMs / 1_000).toFixed(3)] : []
    const args = [...inputOptions(CONTAINERS), ...seek, '-i', `file:${file}`, ...frameOptions('mjpeg')]
    return pictureOf(await this.#run(this.#options.ffmpegPath, args, file, signal))
  }

  /** A still picture in a format that libvips here cannot read, as PNG of at most preview size. */
  async still(file: string, format: ForeignFormat, signal: AbortSignal): Promise<PosterAnswer> {
    const demuxer = demuxerOf[format]
    const args = [...inputOptions(demuxer), '-f', demuxer, '-i', `file:${file}`, ...frameOptions('png')]
    return pictureOf(await this.#run(this.#options.ffmpegPath, args, file, signal))
  }

  /** @param input the one file that it may open */
  async #run(program: string, args: string[], input: string, signal: AbortSignal): Promise<ProgramAnswer> {
    const { cage, timeoutMs, maxRssBytes } = this.#options
    const command = cage.around(
      { file: program, args },
      { reads: [input], maxDataBytes: maxRssBytes + OWN_DATA_BYTES },
    )
    return await runProgram(
      command.file,
      command.args,
      { timeoutMs, maxRssBytes, maxOutputBytes: MAX_OUTPUT_BYTES },
      signal,
    )
  }
}

function inputOptions(formats: string): string[] {
  return ['-v', 'error', '-protocol_whitelist', 'file', '-format_whitelist', formats]
}

/** One frame to standard output, with square pixels, shrunk to fit but never enlarged. */
function frameOptions(codec: 'mjpeg' | 'png'): string[] {
  const side = derivedSizePx.preview
  const scale = `scale=iw*max(sar\\,1/100):ih,scale='min(${side},iw)':'min(${side},ih)':force_original_aspect_ratio=decrease,setsar=1`
  const quality = codec === 'mjpeg' ? ['-q:v', '2', '-pix_fmt', 'yuvj420p'] : []
  return [
    '-frames:v',
    '1',
    '-an',
    '-sn',
    '-dn',
    '-vf',
    scale,
    '-c:v',
    codec,
    ...quality,
    '-f',
    'image2pipe',
    'pipe:1',
  ]
}

function pictureOf({ end, output, errorText, status }: ProgramAnswer): PosterAnswer {
  if (end !== 'finished') return { failed: end, reason: errorText }
  if (output.length > 0) return { picture: output }
  return {
    failed: 'no_picture',
    reason: errorText.split('\n')[0]?.slice(0, 200) || `ffmpeg ended with status ${status}`,
  }
}
