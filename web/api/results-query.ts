import { type InfiniteData, infiniteQueryOptions } from '@tanstack/react-query'
import type { SearchProgress } from '../../protocol/api/vision-routes.ts'
import type { AssetTile } from '../../protocol/assets.ts'
import { callApi } from './call-api.ts'
import type { ResultsOf } from './use-collection.ts'

/** About three screens of a large window. */
const PAGE = 120

export type ResultPage = {
  items: AssetTile[]
  nextCursor: string | null
  /** The model's own words that come near the question; only where it knows no others. */
  suggestions: string[]
  /** What the model in use has not looked at yet; null where that is nothing, or nobody asked a model. */
  progress: SearchProgress | null
}

/** Everything below this key are results, in whatever order they came. */
export const RESULTS_KEY = ['results'] as const

/** They stay as they came until they are asked for anew: nobody wants pictures to jump while they are looked at. */
export function resultsQuery(of: ResultsOf) {
  return infiniteQueryOptions({
    queryKey: [...RESULTS_KEY, of],
    queryFn: ({ pageParam, signal }) => loadPage(of, { cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

async function loadPage(
  of: ResultsOf,
  page: { cursor: string | undefined; limit: number },
  signal: AbortSignal,
): Promise<ResultPage> {
  const { q, text, ...filter } = of.filter
  if (of.kind === 'similar') {
    const found = await callApi('listSimilar', {
      params: { id: of.likeId },
      query: { ...filter, ...page },
      signal,
    })
    return { ...found, suggestions: [] }
  }
  if (q !== undefined) return callApi('search', { query: { q, ...filter, ...page }, signal })
  const found = await callApi('listAssets', { query: { text, ...filter, ...page }, signal })
  return { ...found, suggestions: [], progress: null }
}

/** The tiles of all pages that have come. A picture may come twice when the library changes between two pages. */
export function tilesOf(data: InfiniteData<ResultPage> | undefined): AssetTile[] {
  const tiles = new Map<number, AssetTile>()
  for (const { items } of data?.pages ?? []) for (const tile of items) tiles.set(tile.id, tile)
  return [...tiles.values()]
}

/** The same results with what is true of some of them now. */
export function withChanges(
  data: InfiniteData<ResultPage>,
  changes: ReadonlyMap<number, Partial<AssetTile>>,
): InfiniteData<ResultPage> {
  if (!data.pages.some(({ items }) => items.some(({ id }) => changes.has(id)))) return data
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      items: page.items.map((tile) => ({ ...tile, ...changes.get(tile.id) })),
    })),
  }
}
