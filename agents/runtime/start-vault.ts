import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { findProgram } from '../vault/find-program.ts'
import { Vault } from '../vault/vault.ts'
import type { JobHandlers } from './job-handler.ts'

/** Starts what a vault agent needs to read originals; gives the handlers of its jobs. */
export async function startVault(
  config: AgentConfig,
  log: Logger,
  closers: Closers,
  searchPath: string,
): Promise<JobHandlers> {
  const { readers, memoryLimitBytes, imageTimeoutMs, videoTimeoutMs, ffmpegPath, ffprobePath } = config.ingest
  const vault = new Vault({
    roots: config.roots,
    dataFolders: config.dataFolders,
    log,
    readers,
    maxDecoderRssBytes: memoryLimitBytes,
    imageTimeoutMs,
    videoTimeoutMs,
    ffmpegPath: ffmpegPath ?? (await findProgram('ffmpeg', searchPath)) ?? null,
    ffprobePath: ffprobePath ?? (await findProgram('ffprobe', searchPath)) ?? null,
  })
  await vault.start()
  closers.push(() => vault.stop())
  return vault.handlers
}
