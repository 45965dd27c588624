import { useQuery } from '@tanstack/react-query'
import { databaseQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'

/** Whether the database comes before everything else on the page: it is away, damaged, or needs somebody. */
export function useDatabaseTrouble(): boolean {
  const isAdmin = useIsAdmin()
  const { data, isError } = useQuery({ ...databaseQuery, enabled: isAdmin })
  return isError || (data !== undefined && data.state !== 'well')
}
