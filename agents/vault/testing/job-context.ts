import { createHash } from 'node:crypto'
import pino from 'pino'
import { ScanChunk, type ScannedFile, type SkippedPath } from '../../../protocol/scan.ts'
import type { DerivedBytes, JobContext } from '../../runtime/job-handler.ts'

/**
 * The coordinator's side of a job, as far as a handler sees it: keeps what arrives, says that every
 * folder has changed unless told otherwise, and checks each message against the protocol.
 */
export class RecordingContext implements JobContext {
  readonly log = pino({ level: 'silent' })
  readonly ref = { jobId: 1, fencingToken: 1 }
  readonly signal: AbortSignal
  readonly chunks: ScanChunk[] = []
  readonly stored = new Map<string, DerivedBytes>()
  /** Called before a chunk is answered. */
  onChunk: (chunk: ScanChunk) => void | Promise<void> = () => undefined
  isChanged: (path: string, digest: string) => boolean = () => true

  constructor(signal: AbortSignal = new AbortController().signal) {
    this.signal = signal
  }

  async sendChunk(sent: unknown): Promise<unknown> {
    const chunk = ScanChunk.parse(structuredClone(sent))
    await this.onChunk(chunk)
    this.chunks.push(chunk)
    if (chunk.type !== 'folders') return { changed: [] }
    return {
      changed: chunk.folders
        .filter(({ path, digest }) => this.isChanged(path, digest))
        .map(({ path }) => path),
    }
  }

  reportProgress(): void {}

  async storeDerived(files: readonly DerivedBytes[]): Promise<void> {
    for (const file of files) {
      const hash = createHash('sha256').update(file.bytes).digest('hex')
      if (hash !== file.hash) throw new Error('A derived file does not have the hash it came under')
      this.stored.set(hash, file)
    }
  }

  /** All reported files by path. */
  get files(): Map<string, ScannedFile> {
    const files = new Map<string, ScannedFile>()
    for (const chunk of this.chunks) {
      if (chunk.type !== 'files') continue
      for (const folder of chunk.folders) {
        for (const file of folder.files)
          files.set(folder.path === '' ? file.name : `${folder.path}/${file.name}`, file)
      }
    }
    return files
  }

  get skipped(): SkippedPath[] {
    return this.chunks.flatMap((chunk) => (chunk.type === 'skipped' ? chunk.skipped : []))
  }
}
