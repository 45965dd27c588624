import { useQuery } from '@tanstack/react-query'
import type { DetectionView } from '../../protocol/detections.ts'
import { thingsQuery } from '../api/queries.ts'

/**
 * What somebody may want to type: names that things in the pictures go by, and, where it is no face, the words of the
 * detector in use, so that what it has taken for something else gets the word by which it finds others.
 */
export function useKnownLabels(kind: DetectionView['kind']): string[] {
  const { things = [], classes = [] } = useQuery(thingsQuery).data ?? {}
  return kind === 'face' ? things : [...new Set([...things, ...classes])]
}
