import { join } from 'node:path'
import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Cage } from '../cage/cage.ts'
import { openCage } from '../cage/open-cage.ts'
import { findProgram } from '../vault/find-program.ts'
import { createScanHandler } from '../vault/scan/scan-handler.ts'
import { Vault, type WriteBackOptions } from '../vault/vault.ts'
import type { JobHandlers } from './job-handler.ts'

export type StartedVault = {
  handlers: JobHandlers
  /** What programs that open originals run in. */
  cage: Cage
  /** Why files cannot be read on this machine, for its owner; null when they can. */
  disabled: string | null
}

/**
 * Starts what a vault agent needs to read originals; gives the handlers of its jobs.
 *
 * Without a program that reading needs, folders are still scanned and originals served: reading waits for a
 * machine that can, and nothing is dated or shown by halves.
 */
export async function startVault(
  config: AgentConfig,
  log: Logger,
  closers: Closers,
  searchPath: string,
): Promise<StartedVault> {
  const { readers, memoryLimitBytes, imageTimeoutMs, videoTimeoutMs, ffmpegPath, ffprobePath } = config.ingest
  const vault = new Vault({
    roots: config.roots,
    dataFolders: config.dataFolders,
    ...(config.writeBack ? { writeBack: writeBackOptions(config) } : {}),
    log,
    readers,
    maxDecoderRssBytes: memoryLimitBytes,
    imageTimeoutMs,
    videoTimeoutMs,
    ffmpegPath: ffmpegPath ?? (await findProgram('ffmpeg', searchPath)) ?? null,
    ffprobePath: ffprobePath ?? (await findProgram('ffprobe', searchPath)) ?? null,
  })
  try {
    await vault.start()
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'program_missing')) throw error
    log.error(error.message)
    const { roots, dataFolders } = config
    const cage = await openCage()
    return {
      cage,
      handlers: { 'library.scan': createScanHandler({ cage, roots, dataFolders }) },
      disabled: error.message,
    }
  }
  closers.push(() => vault.stop())
  const { cage, handlers } = vault
  sayWhatIsMissing(cage, log)
  return { handlers, cage, disabled: null }
}

function writeBackOptions({ sidecars, roots, stateFolder }: AgentConfig): WriteBackOptions {
  return {
    roots: sidecars.roots ?? roots,
    mirrorRoots: sidecars.mirrorRoots,
    keptVersionsFolder: sidecars.keptVersionsFolder ?? join(stateFolder, 'sidecar-versions'),
    keep: sidecars.keep,
  }
}

function sayWhatIsMissing(cage: Cage, log: Logger): void {
  if (cage.missing.length === 0) log.info('programs that open originals run in a cage')
  else log.warn({ missing: cage.missing }, 'programs that open originals run in a cage that is not whole')
}
