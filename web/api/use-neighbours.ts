import { useQuery } from '@tanstack/react-query'
import { findNeighbours, type Neighbours } from './find-neighbours.ts'
import { timelineQuery } from './queries.ts'
import { useServices } from './services.ts'

const none: Neighbours = { here: undefined, newer: undefined, older: undefined }

/** @param bucket the month of the picture; null while it is not known */
export function useNeighbours(bucket: string | null, assetId: number): Neighbours {
  const { bucketStore } = useServices()
  const timeline = useQuery(timelineQuery).data
  const neighbours = useQuery({
    queryKey: ['neighbours', assetId, timeline?.revision],
    queryFn: () => {
      const buckets = timeline?.buckets.map((known) => known.bucket) ?? []
      return findNeighbours(buckets, (of) => bucketStore.require(of), bucket ?? '', assetId)
    },
    enabled: bucket !== null && timeline !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return neighbours.data ?? none
}
