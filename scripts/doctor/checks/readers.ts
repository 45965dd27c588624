import { pino } from 'pino'
import { Cage } from '../../../agents/cage/cage.ts'
import { findProgram } from '../../../agents/vault/find-program.ts'
import { MetadataReader } from '../../../agents/vault/metadata/metadata-reader.ts'
import { openProvedCage } from '../../../agents/vault/prove-readers.ts'
import { findVideoTools } from '../../../agents/vault/video/find-video-tools.ts'
import { WorkFolder } from '../../../agents/vault/work-folder.ts'
import { toErrorBody } from '../../../protocol/errors.ts'
import type { Check, Finding, Patient } from '../finding.ts'

/** What reads pictures and movies: the cage, readers, ExifTool, ffmpeg. */
export const checkReaders: Check = async (patient) => {
  const findings: Finding[] = []
  const cage = await openProvedCage().catch((error: unknown) => {
    findings.push({ name: 'readers', result: 'fail', found: toErrorBody(error).message })
    return Cage.none('readers do not start')
  })
  if (findings.length === 0) findings.push(cageFinding(cage))
  findings.push(await exifToolFinding(cage), await ffmpegFinding(cage, patient))
  return findings
}

function cageFinding(cage: Cage): Finding {
  const name = 'cage'
  if (cage.missing.length === 0) {
    return { name, result: 'ok', found: 'what opens pictures has no network, no secrets, nothing to write' }
  }
  const parts = cage.missing.map(({ part }) => part).join(', ')
  return {
    name,
    result: 'warn',
    found: `what opens pictures runs without: ${parts}`,
    advice: [...new Set(cage.missing.map(({ part, reason }) => `${part}: ${reason}`))].join('; '),
  }
}

async function exifToolFinding(cage: Cage): Promise<Finding> {
  const workFolder = await WorkFolder.create()
  const log = pino({ level: 'silent' })
  const reader = new MetadataReader({ processes: 1, cage, roots: [], workFolder, log })
  try {
    await reader.start()
    return { name: 'ExifTool', result: 'ok', found: 'runs' }
  } catch (error) {
    return { name: 'ExifTool', result: 'fail', found: toErrorBody(error).message }
  } finally {
    await reader.stop()
    await workFolder.remove()
  }
}

async function ffmpegFinding(cage: Cage, { searchPath }: Patient): Promise<Finding> {
  const [ffmpegPath, ffprobePath] = await Promise.all(
    ['ffmpeg', 'ffprobe'].map(async (name) => (await findProgram(name, searchPath)) ?? null),
  )
  const { videoTools, videoToolsMissing } = await findVideoTools({
    ...{ cage, ffmpegPath: ffmpegPath ?? null, ffprobePath: ffprobePath ?? null },
    ...{ timeoutMs: 10_000, maxRssBytes: 512 * 1024 ** 2 },
  })
  if (videoTools !== null) return { name: 'ffmpeg', result: 'ok', found: String(ffmpegPath) }
  return {
    name: 'ffmpeg',
    result: 'warn',
    found: 'movies get no picture',
    advice: `It takes ffmpeg, ${videoToolsMissing}`,
  }
}
