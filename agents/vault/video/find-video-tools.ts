import { runProgram } from '../run-program.ts'
import { isOlder, versionFloors } from '../version-floor.ts'
import { VideoTools, type VideoToolsOptions } from './video-tools.ts'

const VERSION_LIMITS = { timeoutMs: 15_000, maxRssBytes: 512 * 1024 ** 2, maxOutputBytes: 100_000 }

export type FoundVideoTools = {
  videoTools: VideoTools | null
  /** Why there are none, to follow the name of ffmpeg. */
  videoToolsMissing: string
}

/** ffmpeg and ffprobe, when both are there, run in the cage, and have no holes that are known for years. */
export async function findVideoTools(
  options: Omit<VideoToolsOptions, 'ffmpegPath' | 'ffprobePath'> & {
    ffmpegPath: string | null
    ffprobePath: string | null
  },
): Promise<FoundVideoTools> {
  const { ffmpegPath, ffprobePath } = options
  const missing = (videoToolsMissing: string) => ({ videoTools: null, videoToolsMissing })
  if (ffmpegPath === null || ffprobePath === null) {
    return missing("which is not installed on the agent's machine: `apt-get install ffmpeg`")
  }
  const programs = [ffmpegPath, ffprobePath]
  const versions = await Promise.all(programs.map((program) => findVersion(options, program)))
  for (const [index, program] of programs.entries()) {
    const version = versions[index]
    if (version === undefined) return missing(`which does not start on the agent's machine (${program})`)
    if (isTooOld(version)) {
      return missing(
        `of which the agent's machine has version ${version} with known security holes (${program}): install ${versionFloors.ffmpeg} or newer`,
      )
    }
  }
  return { videoTools: new VideoTools({ ...options, ffmpegPath, ffprobePath }), videoToolsMissing: '' }
}

async function findVersion(
  { cage }: Pick<VideoToolsOptions, 'cage'>,
  program: string,
): Promise<string | undefined> {
  const { file, args } = cage.around({ file: program, args: ['-version'] }, {})
  const signal = AbortSignal.timeout(VERSION_LIMITS.timeoutMs)
  const answer = await runProgram(file, args, VERSION_LIMITS, signal).catch(() => undefined)
  if (answer?.status !== 0) return undefined
  return /^ff\w+ version (\S+)/.exec(answer.output.toString('latin1'))?.[1]
}

/** Builds from the sources between two versions are named after a commit: `N-118000-g…`, or after a date. */
export function isTooOld(version: string): boolean {
  return /^n?\d+\.\d+/.test(version) && isOlder(version.replace(/^n/, ''), versionFloors.ffmpeg)
}
