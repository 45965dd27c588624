import { expect, test } from 'vitest'
import type { SourceView } from '../../protocol/fleet.ts'
import { describeSource } from './describe-source.ts'

const smb: SourceView = {
  libraryId: 1,
  libraryName: 'Photos',
  place: 0,
  kind: 'smb',
  label: 'smb://nas/photos',
  state: 'proved',
  reason: null,
  megabytesPerSecond: 112.4,
  firstByteMs: 3,
  checkedAt: '2026-01-02T03:04:05.000Z',
}

test.each([
  [smb, 'Reads “Photos” from smb://nas/photos, 112 MB/s'],
  [{ ...smb, megabytesPerSecond: 4.26 }, 'Reads “Photos” from smb://nas/photos, 4.3 MB/s'],
  [
    { ...smb, kind: 'relay', label: 'through the coordinator' },
    'Reads “Photos” through the coordinator, 112 MB/s',
  ],
  [{ ...smb, state: 'failed', reason: 'no' }, 'Cannot read “Photos” from smb://nas/photos'],
  [{ ...smb, state: 'untried' }, 'Has not yet tried to read “Photos” from smb://nas/photos'],
] as const)('%j is %s', (source, sentence) => {
  expect(describeSource(source)).toBe(sentence)
})
