import { useQuery } from '@tanstack/react-query'
import { thingsQuery } from '../api/queries.ts'

/** Names that things in the pictures go by: what somebody may want to type again. */
export function useKnownLabels(): string[] {
  return useQuery(thingsQuery).data ?? []
}
