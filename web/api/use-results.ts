import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { resultsQuery, tilesOf } from './results-query.ts'
import type { ResultsOf } from './use-collection.ts'

const nowhere: ResultsOf = { kind: 'search', filter: {} }

/** @param of null: none are wanted now */
export function useResults(of: ResultsOf | null) {
  const query = useInfiniteQuery({ ...resultsQuery(of ?? nowhere), enabled: of !== null })
  const tiles: readonly AssetTile[] = useMemo(() => tilesOf(query.data), [query.data])
  return { query, tiles }
}
