import type { JobKindSummary, LibraryView } from '../../protocol/fleet.ts'
import { formatCount, formatEta } from '../ui/format-amount.ts'

export type IngestProgress = {
  /** `1,204 found`, `312 ready`, `about 2 min`. */
  words: string[]
  /** 0 to 1; null while nothing has been found yet. */
  share: number | null
  /** Why nothing is read at the moment. */
  waitsFor: string | null
}

const PAUSED = 'paused; it can be resumed on the dashboard'

/** How far a scan and the reading of its files are; null when nothing is going on. */
export function ingestProgress(
  libraries: readonly LibraryView[],
  kinds: readonly JobKindSummary[],
): IngestProgress | null {
  const ingest = kinds.find(({ kind }) => kind === 'file.ingest')
  const waiting = (ingest?.queued ?? 0) + (ingest?.leased ?? 0)
  const isScanning = libraries.some(({ scanning }) => scanning)
  if (!isScanning && waiting === 0) return null
  const found = libraries.reduce((sum, { files }) => sum + files, 0)
  const ready = Math.max(0, found - waiting)
  const words = [`${formatCount(found)} found`, `${formatCount(ready)} ready`]
  if (ingest?.etaSeconds != null && waiting > 0) words.push(formatEta(ingest.etaSeconds))
  return {
    words,
    share: found === 0 ? null : ready / found,
    waitsFor: ingest?.paused ? PAUSED : (ingest?.waitsFor ?? null),
  }
}
