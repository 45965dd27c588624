import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import type { LaidSection } from '../grid/laid-section.ts'
import { layoutSection } from '../grid/layout-section.ts'
import { findAnchor, locateAnchor } from './anchor.ts'

function laid(widthPx: number, from: number, count: number): LaidSection {
  const tiles = Array.from({ length: count }, (_, at) =>
    tileFixture({
      id: from + at,
      widthPx: 2_000 + ((from + at) % 5) * 400,
      capturedLocal: '2024-05-03T10:00:00',
    }),
  )
  const layout = layoutSection(tiles, { widthPx, targetHeightPx: 200, headerPx: 56 })
  return { bucket: '2024-05', heightPx: layout.heightPx, tiles, layout }
}

test('the same layout gives the same place back', () => {
  const section = laid(1_200, 1, 80)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: section.heightPx - 1 }), (offsetPx) => {
      expect(locateAnchor(section, findAnchor(section, offsetPx))).toBe(offsetPx)
    }),
  )
})

test('the picture at the top stays there when newer ones arrive before it', () => {
  const before = laid(1_200, 100, 60)
  const after = laid(1_200, 60, 100)
  const row = before.layout?.rows[3]
  if (!row) throw new Error('The fixture has fewer than four rows')
  const offset = locateAnchor(after, findAnchor(before, row.topPx))
  const shown = after.layout?.rows.find(({ topPx }) => topPx === offset)
  const id = before.tiles[row.start]?.id
  expect(after.tiles.slice(shown?.start, shown?.end).map((tile) => tile.id)).toContain(id)
})

test('the share of the height is kept while a month is not loaded', () => {
  const estimated: LaidSection = { bucket: '2024-05', heightPx: 10_000, tiles: [], layout: undefined }
  const anchor = findAnchor(estimated, 5_000)
  expect(locateAnchor({ ...estimated, heightPx: 8_000 }, anchor)).toBe(4_000)
})

test('a heading at the top of the screen stays there', () => {
  const estimated: LaidSection = { bucket: '2024-05', heightPx: 10_000, tiles: [], layout: undefined }
  expect(locateAnchor(laid(1_200, 1, 80), findAnchor(estimated, 10))).toBe(10)
})
