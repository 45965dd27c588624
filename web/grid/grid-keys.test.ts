import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import { moveInGrid } from './grid-keys.ts'
import type { LaidSection } from './laid-section.ts'
import { layoutSection } from './layout-section.ts'

/** Squares of 200 px: six in a row of 1,200 px. */
function squares(bucket: string, count: number): LaidSection {
  const tiles = Array.from({ length: count }, (_, id) => tileFixture({ id, widthPx: 1_000, heightPx: 1_000 }))
  const layout = layoutSection(tiles, { widthPx: 1_220, targetHeightPx: 200, headerPx: 56 })
  return { bucket, heightPx: layout.heightPx, tiles, layout }
}
const empty: LaidSection = { bucket: '2024-03', heightPx: 900, tiles: [], layout: undefined }
const sections = [squares('2024-05', 14), squares('2024-04', 3), empty]
const at = (index: number) => sections[index]

test.each([
  ['ArrowRight', { section: 0, index: 0 }, { section: 0, index: 1 }],
  ['ArrowRight', { section: 0, index: 13 }, { section: 1, index: 0 }],
  ['ArrowLeft', { section: 0, index: 0 }, { section: 0, index: 0 }],
  ['ArrowLeft', { section: 1, index: 0 }, { section: 0, index: 13 }],
  ['ArrowDown', { section: 0, index: 2 }, { section: 0, index: 8 }],
  ['ArrowUp', { section: 0, index: 8 }, { section: 0, index: 2 }],
  ['ArrowDown', { section: 0, index: 13 }, { section: 1, index: 1 }],
  ['ArrowUp', { section: 1, index: 0 }, { section: 0, index: 12 }],
  ['ArrowDown', { section: 1, index: 2 }, { section: 2, index: 0 }],
] as const)('%s from %o leads to %o', (key, from, to) => {
  expect(moveInGrid(at, from, key)).toEqual(to)
})
