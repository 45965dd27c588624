import type { AssetTile } from '../../protocol/assets.ts'

/** A tile for tests; what a test is about is given, the rest does not matter to it. */
export function tileFixture(facts: Partial<AssetTile>): AssetTile {
  return {
    id: 1,
    kind: 'image',
    state: 'ready',
    capturedAt: null,
    capturedLocal: null,
    widthPx: 3_000,
    heightPx: 2_000,
    durationMs: null,
    thumbhash: null,
    hasRaw: false,
    rating: null,
    label: null,
    favourite: false,
    problemCode: null,
    version: 'v1',
    ...facts,
  }
}
