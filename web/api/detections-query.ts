import { queryOptions } from '@tanstack/react-query'
import { callApi } from './call-api.ts'

/** Everything below this key is asked for again when machines have looked at more pictures. */
export const DETECTIONS_KEY = ['detections'] as const

/** What was found or drawn in a picture, rejected things too. */
export function detectionsQuery(assetId: number) {
  return queryOptions({
    queryKey: [...DETECTIONS_KEY, assetId],
    queryFn: ({ signal }) => callApi('listDetections', { params: { id: assetId }, signal }),
  })
}
