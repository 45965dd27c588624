import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { findNeighbours, type Neighbours, neighboursIn } from './find-neighbours.ts'
import { timelineQuery } from './queries.ts'
import { resultsQuery, tilesOf } from './results-query.ts'
import { type Services, useServices } from './services.ts'
import { type ResultsOf, useCollection } from './use-collection.ts'
import { useResults } from './use-results.ts'

type Timeline = { revision: number; buckets: readonly { bucket: string }[] }
type BucketStore = Services['bucketStore']

const none: Neighbours = { here: undefined, newer: undefined, older: undefined }

/**
 * What comes before and after a picture among those that are walked through.
 *
 * @param bucket the month of the picture; null while it is not known
 */
export function useNeighbours(bucket: string | null, assetId: number): Neighbours {
  const collection = useCollection()
  const isTimeline = collection.kind === 'timeline'
  const inTimeline = useTimelineNeighbours(isTimeline ? bucket : null, assetId)
  const inResults = useResultNeighbours(isTimeline ? null : collection, assetId)
  return isTimeline ? inTimeline : inResults
}

/** The same for an action that cannot do without the answer, and therefore waits for it. */
export function useLoadNeighbours(): (bucket: string, assetId: number) => Promise<Neighbours> {
  const { bucketStore } = useServices()
  const queries = useQueryClient()
  const collection = useCollection()
  return async (bucket, assetId) => {
    if (collection.kind !== 'timeline') {
      const results = await queries.infiniteQuery(resultsQuery(collection))
      return neighboursIn(tilesOf(results), assetId)
    }
    const timeline = await queries.ensureQueryData(timelineQuery)
    return queries.fetchQuery(neighboursQuery(bucketStore, timeline, bucket, assetId))
  }
}

function useTimelineNeighbours(bucket: string | null, assetId: number): Neighbours {
  const { bucketStore } = useServices()
  const timeline = useQuery({ ...timelineQuery, enabled: bucket !== null }).data
  const neighbours = useQuery({
    ...neighboursQuery(bucketStore, timeline, bucket ?? '', assetId),
    enabled: bucket !== null && timeline !== undefined,
  })
  return neighbours.data ?? none
}

/** Asks for more results when the last ones that are known come near. */
function useResultNeighbours(of: ResultsOf | null, assetId: number): Neighbours {
  const { query, tiles } = useResults(of)
  const { hasNextPage, isFetching, fetchNextPage } = query
  const neighbours = useMemo(() => neighboursIn(tiles, assetId), [tiles, assetId])
  const isLast = neighbours.here !== undefined && neighbours.older === undefined
  useEffect(() => {
    if (isLast && hasNextPage && !isFetching) void fetchNextPage()
  }, [isLast, hasNextPage, isFetching, fetchNextPage])
  return neighbours
}

function neighboursQuery(
  bucketStore: BucketStore,
  timeline: Timeline | undefined,
  bucket: string,
  assetId: number,
) {
  return queryOptions({
    queryKey: ['neighbours', assetId, timeline?.revision],
    queryFn: () => {
      const buckets = timeline?.buckets.map((known) => known.bucket) ?? []
      return findNeighbours(buckets, (of) => bucketStore.require(of), bucket, assetId)
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}
