import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { findNeighbours, type Neighbours } from './find-neighbours.ts'
import { timelineQuery } from './queries.ts'
import { type Services, useServices } from './services.ts'

type Timeline = { revision: number; buckets: readonly { bucket: string }[] }
type BucketStore = Services['bucketStore']

const none: Neighbours = { here: undefined, newer: undefined, older: undefined }

/** @param bucket the month of the picture; null while it is not known */
export function useNeighbours(bucket: string | null, assetId: number): Neighbours {
  const { bucketStore } = useServices()
  const timeline = useQuery(timelineQuery).data
  const neighbours = useQuery({
    ...neighboursQuery(bucketStore, timeline, bucket ?? '', assetId),
    enabled: bucket !== null && timeline !== undefined,
  })
  return neighbours.data ?? none
}

/** The same for an action that cannot do without the answer, and therefore waits for it. */
export function useLoadNeighbours(): (bucket: string, assetId: number) => Promise<Neighbours> {
  const { bucketStore } = useServices()
  const queries = useQueryClient()
  return async (bucket, assetId) => {
    const timeline = await queries.ensureQueryData(timelineQuery)
    return queries.fetchQuery(neighboursQuery(bucketStore, timeline, bucket, assetId))
  }
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
