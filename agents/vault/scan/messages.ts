import type { ErrorCode } from '../../../protocol/errors.ts'
import type { ScanChunk, ScanInput, ScanResult } from '../../../protocol/scan.ts'
import type { ScanOptions } from './scan-library.ts'

/** To the scan process: what to scan, once, and then an answer for each of its chunks. */
export type ScanRequest =
  | { type: 'scan'; input: ScanInput; options: ScanOptions }
  | { type: 'answer'; answer: unknown }

/** From the scan process. After a `chunk` it waits for the answer. It ends with `done` or `failed`. */
export type ScanMessage =
  /** The disk has given something since the last message. */
  | { type: 'walking' }
  | { type: 'chunk'; chunk: ScanChunk }
  | { type: 'progress'; files: number }
  | { type: 'done'; result: ScanResult }
  | { type: 'failed'; code: ErrorCode; message: string }
