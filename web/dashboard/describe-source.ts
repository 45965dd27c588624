import type { SourceView } from '../../protocol/fleet.ts'

/** One sentence about how a machine reads a library: `Reads “Photos” from smb://nas/photos, 112 MB/s`. */
export function describeSource(source: SourceView): string {
  const { kind, label, libraryName, state, megabytesPerSecond } = source
  const where = kind === 'relay' ? label : `from ${label}`
  if (state === 'untried') return `Has not yet tried to read “${libraryName}” ${where}`
  if (state === 'failed') return `Cannot read “${libraryName}” ${where}`
  return `Reads “${libraryName}” ${where}${megabytesPerSecond === null ? '' : `, ${formatSpeed(megabytesPerSecond)}`}`
}

function formatSpeed(megabytesPerSecond: number): string {
  return `${megabytesPerSecond < 10 ? megabytesPerSecond.toFixed(1) : Math.round(megabytesPerSecond)} MB/s`
}
