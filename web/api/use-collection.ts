import { useMatch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { AssetFilter } from './asset-filter.ts'

/** Pictures in an order of their own: the answers to a question, or those that are like one. */
export type ResultsOf =
  | { kind: 'search'; filter: AssetFilter }
  | { kind: 'similar'; likeId: number; filter: AssetFilter }

/** What is walked through: the timeline, or results. */
export type Collection = { kind: 'timeline' } | ResultsOf

const timeline: Collection = { kind: 'timeline' }

/** Said by the address of the page, so that it survives a reload. */
export function useCollection(): Collection {
  const search = useMatch({ from: '/app/gallery/search', shouldThrow: false })
  const similar = useMatch({ from: '/app/gallery/similar/$likeId', shouldThrow: false })
  const filter = search?.search ?? similar?.search
  const likeId = Number(similar?.params.likeId)
  return useMemo(() => {
    if (!filter) return timeline
    return Number.isNaN(likeId) ? { kind: 'search', filter } : { kind: 'similar', likeId, filter }
  }, [filter, likeId])
}
