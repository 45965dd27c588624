import type { Readable } from 'node:stream'
import type { InputJob, SourceKind, VaultFile } from '../../protocol/sources.ts'

/** First and last byte, both inclusive. */
export type ByteSpan = { start: number; end: number }

/** A file that somebody wants, and the right to it: a job's input, or a library's sample. */
export type WantedFile = VaultFile & { for: InputJob | 'sample' }

/**
 * One way to read originals that lie on another machine. It never writes, and keeps nothing of a file.
 *
 * Its failures say whose they are by `isAboutFile`: those of the source itself quarantine it.
 */
export type Source = {
  kind: SourceKind
  /** For people, without secrets. */
  label: string
  /** Whether files of this library root lie behind it at all. */
  covers(root: string): boolean
  /**
   * Part of a file. The stream owns what it opened, and ends with exactly these bytes or an error. The file has at
   * least one byte.
   *
   * @throws AppError
   */
  open(file: WantedFile, span: ByteSpan, signal: AbortSignal): Promise<Readable>
  stop(): Promise<void>
}
