import { expect, test } from 'vitest'
import type { SidecarNaming } from '../../protocol/edits.ts'
import { groupFolder } from '../catalog/group-folder.ts'
import { chooseSidecar } from './choose-sidecar.ts'

/** What each asset of a folder gets, by its key. */
function chosen(naming: SidecarNaming, names: string[]): Record<string, string | null> {
  const { groups } = groupFolder(names)
  return Object.fromEntries(
    groups.map((group) => {
      const own = new Set(group.files.map(({ name }) => name))
      const others = names.filter((name) => !own.has(name))
      return [group.key, chooseSidecar(naming, { files: group.files, others })]
    }),
  )
}

/** The names of a folder, and what each asset's sidecar is called by each policy: base, full, existing. */
test.each<[string, string[], Record<string, [string | null, string | null, string | null]>]>([
  ['one picture', ['a.jpg'], { a: ['a.xmp', 'a.jpg.xmp', 'a.jpg.xmp'] }],
  ['a base sidecar', ['a.jpg', 'a.xmp'], { a: ['a.xmp', 'a.jpg.xmp', 'a.xmp'] }],
  ['a full sidecar', ['a.jpg', 'a.jpg.xmp'], { a: ['a.xmp', 'a.jpg.xmp', 'a.jpg.xmp'] }],
  ['both sidecars', ['a.jpg', 'a.jpg.xmp', 'a.xmp'], { a: ['a.xmp', 'a.jpg.xmp', 'a.jpg.xmp'] }],
  ['RAW and JPEG share one', ['IMG.CR2', 'IMG.JPG'], { IMG: ['IMG.xmp', 'IMG.CR2.xmp', 'IMG.CR2.xmp'] }],
  [
    'the pair with Lightroom’s',
    ['IMG.CR2', 'IMG.JPG', 'IMG.xmp'],
    { IMG: ['IMG.xmp', 'IMG.CR2.xmp', 'IMG.xmp'] },
  ],
  [
    'the pair with the JPEG’s',
    ['IMG.CR2', 'IMG.JPG', 'IMG.JPG.xmp'],
    { IMG: ['IMG.xmp', 'IMG.CR2.xmp', 'IMG.JPG.xmp'] },
  ],
  [
    'two pictures that differ in case never share one',
    ['img.jpg', 'IMG.CR2'],
    {
      IMG: ['IMG.CR2.xmp', 'IMG.CR2.xmp', 'IMG.CR2.xmp'],
      img: ['img.jpg.xmp', 'img.jpg.xmp', 'img.jpg.xmp'],
    },
  ],
  [
    'a sidecar that belongs to another is not written',
    ['a.jpg', 'a.jpg.cr2', 'a.jpg.xmp'],
    { a: ['a.xmp', 'a.jpg.xmp', 'a.jpg.xmp'], 'a.jpg': ['a.jpg.cr2.xmp', 'a.jpg.cr2.xmp', 'a.jpg.cr2.xmp'] },
  ],
  ['the spelling that is there', ['a.JPG', 'a.XMP'], { a: ['a.XMP', 'a.JPG.xmp', 'a.XMP'] }],
  ['a Live Photo', ['a.HEIC', 'a.MOV'], { a: ['a.xmp', 'a.HEIC.xmp', 'a.HEIC.xmp'] }],
  [
    'an edited copy shares its original’s',
    ['a.jpg', 'a-edited.jpg'],
    { a: ['a.xmp', 'a.jpg.xmp', 'a.jpg.xmp'] },
  ],
  [
    'dots belong to the name',
    ['2025.01.01.jpg'],
    { '2025.01.01': ['2025.01.01.xmp', '2025.01.01.jpg.xmp', '2025.01.01.jpg.xmp'] },
  ],
  [
    'a Pixel’s pair',
    ['PXL_1.RAW-01.COVER.jpg', 'PXL_1.RAW-02.ORIGINAL.dng'],
    {
      PXL_1: ['PXL_1.RAW-02.ORIGINAL.xmp', 'PXL_1.RAW-02.ORIGINAL.dng.xmp', 'PXL_1.RAW-02.ORIGINAL.dng.xmp'],
    },
  ],
])('%s: %j', (_fact, names, expected) => {
  const policies = ['base', 'full', 'existing'] as const
  for (const [index, naming] of policies.entries()) {
    const wanted = Object.fromEntries(Object.entries(expected).map(([key, each]) => [key, each[index]]))
    expect(chosen(naming, names)).toEqual(wanted)
    // What is written is read back as this asset's by the next scan.
    for (const [key, name] of Object.entries(wanted)) {
      const again = groupFolder([...new Set([...names, name!])])
      expect(again.groups.find((group) => group.key === key)?.files.map((file) => file.name)).toContain(name)
    }
  }
})

test('when both names are another’s there is none', () => {
  const files = [{ name: 'a.jpg', role: 'original' as const }]
  expect(chooseSidecar('base', { files, others: ['a.xmp', 'a.jpg.xmp'] })).toBeNull()
  expect(chooseSidecar('base', { files, others: ['a.xmp'] })).toBe('a.jpg.xmp')
})
