import { expect, test } from 'vitest'
import type { SourceView } from '../../protocol/fleet.ts'
import { describeSource, sourcesToShow } from './describe-source.ts'

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

test('of each library the source in use is shown, with those before it that failed', () => {
  const of = (libraryId: number, place: number, state: SourceView['state']) => ({
    ...smb,
    libraryId,
    place,
    state,
  })
  const sources = [
    of(1, 0, 'failed'),
    of(1, 1, 'proved'),
    of(1, 2, 'proved'),
    of(2, 0, 'untried'),
    of(2, 2, 'failed'),
  ]
  const shown = sourcesToShow(sources).map(({ libraryId, place }) => `${libraryId} ${place}`)
  expect(shown).toEqual(['1 0', '1 1', '2 0', '2 2'])
})
