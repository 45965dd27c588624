import pino from 'pino'
import { IngestResult } from '../../../protocol/ingest.ts'
import { findProgram } from '../find-program.ts'
import { Vault, type VaultOptions } from '../vault.ts'
import { RecordingContext } from './job-context.ts'

export type RunningVault = AsyncDisposable & {
  vault: Vault
  /** Ingests one file of a root and checks the result against the protocol. */
  ingest(path: string, root?: string, context?: RecordingContext): Promise<IngestResult>
}

/** A started vault over one root, with the programs of this machine; stops at the end of the test. */
export async function runningVault(root: string, options: Partial<VaultOptions> = {}): Promise<RunningVault> {
  const searchPath = process.env.PATH ?? ''
  const vault = new Vault({
    roots: [root],
    dataFolders: [],
    log: pino({ level: 'silent' }),
    ffmpegPath: (await findProgram('ffmpeg', searchPath)) ?? null,
    ffprobePath: (await findProgram('ffprobe', searchPath)) ?? null,
    readers: 2,
    ...options,
  })
  await vault.start()
  return {
    vault,
    async ingest(path, jobRoot = root, context = new RecordingContext()) {
      const handler = vault.handlers['file.ingest']
      if (handler === undefined) throw new Error('The vault has not started')
      const input = { fileId: 1, libraryId: 1, root: jobRoot, path, sizeBytes: 0, mtimeUs: 0 }
      const result = IngestResult.parse(structuredClone(await handler(input, context)))
      for (const { hash, sizeBytes } of result.derived) {
        if (context.stored.get(hash)?.bytes.length !== sizeBytes)
          throw new Error('A derived file was not stored')
      }
      return result
    },
    async [Symbol.asyncDispose]() {
      await vault.stop()
    },
  }
}
