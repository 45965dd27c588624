import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useCollection } from './use-collection.ts'

declare module '@tanstack/history' {
  interface HistoryState {
    /** The viewer was opened from a grid: going back leads there. */
    overGrid?: boolean
  }
}

/** `open`: over the grid, to which going back leads. `step`: in place of the picture that is shown now. */
type Way = 'open' | 'step'

/** Shows a picture in the viewer, among the same pictures as those around it now. */
export function useShowAsset(): (assetId: number, way: Way) => Promise<void> {
  const navigate = useNavigate()
  const collection = useCollection()
  return useCallback(
    (id, way) => {
      const assetId = String(id)
      const how =
        way === 'open' ? { state: { overGrid: true } } : { replace: true, state: <T>(before: T) => before }
      if (collection.kind === 'timeline')
        return navigate({ to: '/assets/$assetId', params: { assetId }, ...how })
      const search = collection.filter
      if (collection.kind === 'search')
        return navigate({ to: '/search/$assetId', params: { assetId }, search, ...how })
      const likeId = String(collection.likeId)
      return navigate({ to: '/similar/$likeId/$assetId', params: { likeId, assetId }, search, ...how })
    },
    [navigate, collection],
  )
}

/** Leaves the viewer for the grid of the same pictures. */
export function useShowGrid(): () => Promise<void> {
  const navigate = useNavigate()
  const collection = useCollection()
  return useCallback(() => {
    if (collection.kind === 'timeline') return navigate({ to: '/' })
    const search = collection.filter
    if (collection.kind === 'search') return navigate({ to: '/search', search })
    return navigate({ to: '/similar/$likeId', params: { likeId: String(collection.likeId) }, search })
  }, [navigate, collection])
}
