import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import { estimateSectionHeight, layoutSection } from './layout-section.ts'

const grid = { widthPx: 1_200, targetHeightPx: 208, headerPx: 56 }
const anyTiles = fc
  .array(
    fc.record({
      widthPx: fc.integer({ min: 1, max: 12_000 }),
      heightPx: fc.integer({ min: 1, max: 12_000 }),
      day: fc.integer({ min: 1, max: 28 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((facts) =>
    facts
      .sort((a, b) => b.day - a.day)
      .map(({ widthPx, heightPx, day }, id) =>
        tileFixture({
          id: id + 1,
          widthPx,
          heightPx,
          capturedLocal: `2024-05-${String(day).padStart(2, '0')}T12:00:00`,
        }),
      ),
  )

test('tiles neither overlap nor leave the section', () => {
  fc.assert(
    fc.property(anyTiles, fc.integer({ min: 320, max: 2_600 }), (tiles, widthPx) => {
      const { rows, heightPx } = layoutSection(tiles, { ...grid, widthPx })
      let bottomPx = grid.headerPx
      for (const row of rows) {
        expect(row.topPx).toBeGreaterThanOrEqual(bottomPx)
        bottomPx = row.topPx + row.heightPx
        let rightPx = 0
        for (const [at, leftPx] of row.leftPx.entries()) {
          expect(leftPx).toBeGreaterThanOrEqual(rightPx)
          rightPx = leftPx + (row.widthPx[at] as number)
        }
        expect(rightPx).toBeLessThanOrEqual(widthPx)
      }
      expect(bottomPx).toBeLessThan(heightPx)
    }),
  )
})

test('rows end exactly at the right border, the last one where it may', () => {
  fc.assert(
    fc.property(anyTiles, (tiles) => {
      for (const row of layoutSection(tiles, grid).rows.slice(0, -1)) {
        expect((row.leftPx.at(-1) as number) + (row.widthPx.at(-1) as number)).toBe(grid.widthPx)
      }
    }),
  )
})

test('each day is captioned once, at its first picture', () => {
  fc.assert(
    fc.property(anyTiles, (tiles) => {
      const captions = layoutSection(tiles, grid).rows.flatMap(({ days }) => days)
      const expected = [...new Set(tiles.map(({ capturedLocal }) => capturedLocal?.slice(0, 10)))]
      expect(captions.map(({ day }) => day)).toEqual(expected)
      for (const { index, day } of captions) {
        expect(tiles.findIndex(({ capturedLocal }) => capturedLocal?.startsWith(day))).toBe(index)
      }
    }),
  )
})

test('pictures without a date have no caption', () => {
  const { rows } = layoutSection([tileFixture({}), tileFixture({ id: 2 })], grid)
  expect(rows.flatMap(({ days }) => days)).toEqual([])
})

test('a caption has room above its row', () => {
  const tiles = [tileFixture({ capturedLocal: '2024-05-02T10:00:00' })]
  const [row] = layoutSection(tiles, grid).rows
  expect(row?.topPx).toBeGreaterThanOrEqual(grid.headerPx + 24)
})

test('the estimate of an ordinary month is within a quarter of the truth', () => {
  const tiles = Array.from({ length: 300 }, (_, id) =>
    tileFixture({
      id: id + 1,
      widthPx: id % 4 === 0 ? 2_000 : 3_000,
      heightPx: id % 4 === 0 ? 3_000 : 2_000,
      capturedLocal: `2024-05-${String(28 - Math.floor(id / 11)).padStart(2, '0')}T12:00:00`,
    }),
  )
  const aspectSum = tiles.reduce((sum, { widthPx, heightPx }) => sum + widthPx / heightPx, 0)
  const estimate = estimateSectionHeight({ count: tiles.length, aspectSum }, grid)
  const { heightPx } = layoutSection(tiles, grid)
  expect(Math.abs(estimate - heightPx) / heightPx).toBeLessThan(0.25)
})
