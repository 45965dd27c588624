import type { SourceView } from '../../protocol/fleet.ts'
import { minutesAgo } from './fake-jobs.ts'

/** How a worker reads the originals of two libraries: well, or with its share lost. */
export function fakeSources(isBroken: boolean): SourceView[] {
  const smb: SourceView = {
    libraryId: 1,
    libraryName: 'Photos',
    place: 0,
    kind: 'smb',
    label: 'smb://nas/photos',
    state: 'proved',
    reason: null,
    megabytesPerSecond: 112.4,
    firstByteMs: 3.1,
    checkedAt: minutesAgo(12),
  }
  const relay: SourceView = {
    ...smb,
    place: 1,
    kind: 'relay',
    label: 'through the coordinator',
    megabytesPerSecond: 38.2,
    firstByteMs: 14.8,
  }
  if (!isBroken) return [smb, relay]
  const reason = 'Cannot log in to nas: user or password is wrong; check user, domain and the password file'
  const unmeasured = { megabytesPerSecond: null, firstByteMs: null }
  const path = { libraryId: 2, libraryName: 'Scans of slides', kind: 'path' as const, label: '/mnt/slides' }
  return [
    { ...smb, ...unmeasured, state: 'failed', reason },
    relay,
    { ...smb, ...path, ...unmeasured, state: 'untried' },
  ]
}
