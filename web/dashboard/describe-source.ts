import type { SourceView } from '../../protocol/fleet.ts'

/** One sentence about how a machine reads a library: `Reads “Photos” from smb://nas/photos, 112 MB/s`. */
export function describeSource(source: SourceView): string {
  const { kind, label, libraryName, state, megabytesPerSecond } = source
  const where = kind === 'relay' ? label : `from ${label}`
  if (state === 'untried') return `Has not yet tried to read “${libraryName}” ${where}`
  if (state === 'failed') return `Cannot read “${libraryName}” ${where}`
  return `Reads “${libraryName}” ${where}${megabytesPerSecond === null ? '' : `, ${formatSpeed(megabytesPerSecond)}`}`
}

/** Of each library the source in use, and those before it that should have been: what comes after is only a reserve. */
export function sourcesToShow(sources: readonly SourceView[]): SourceView[] {
  const served = new Set<number>()
  return sources.filter(({ libraryId, state }) => {
    if (served.has(libraryId)) return false
    if (state === 'proved') served.add(libraryId)
    return true
  })
}

function formatSpeed(megabytesPerSecond: number): string {
  return `${megabytesPerSecond < 10 ? megabytesPerSecond.toFixed(1) : Math.round(megabytesPerSecond)} MB/s`
}
