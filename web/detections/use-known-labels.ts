import { useQueryClient } from '@tanstack/react-query'
import type { DetectionView } from '../../protocol/detections.ts'
import { DETECTIONS_KEY } from '../api/detections-query.ts'

/** Words that things in the pictures seen lately go by, most frequent first: what somebody may want to type again. */
export function useKnownLabels(): string[] {
  const queryClient = useQueryClient()
  const counts = new Map<string, number>()
  const known = queryClient.getQueriesData<{ detections: DetectionView[] }>({ queryKey: DETECTIONS_KEY })
  for (const [, data] of known)
    for (const { label } of data?.detections ?? []) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([label]) => label)
}
