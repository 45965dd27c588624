import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useRef } from 'react'
import { assetQuery } from '../api/queries.ts'
import { useServices } from '../api/services.ts'
import { useLoadNeighbours } from '../api/use-neighbours.ts'
import { useShowAsset } from '../api/use-show-asset.ts'
import { bucketOf } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import type { MarkCommand } from './mark-command.ts'
import { useMark } from './use-mark.ts'

/**
 * Marks the picture that was in the viewer when the key came, and goes on from it where that is wanted. Fingers are
 * faster than the line: what is not known of the picture yet is waited for, and no key is lost.
 */
export function useMarkViewed(advances: boolean): (command: MarkCommand) => Promise<void> {
  const { curator } = useServices()
  const queries = useQueryClient()
  const showAsset = useShowAsset()
  const mark = useMark()
  const loadNeighbours = useLoadNeighbours()
  const { assetId } = useParams({ strict: false })
  const latest = useRef(assetId)
  latest.current = assetId

  return async (command) => {
    try {
      const tile = await queries.ensureQueryData(assetQuery(Number(assetId)))
      mark(command, [curator.shown(tile)])
      if (!advances) return
      const { older } = await loadNeighbours(bucketOf(tile.capturedLocal), tile.id)
      if (!older || latest.current !== assetId) return
      await showAsset(older.id, 'step')
    } catch (error) {
      sayError('This picture was not marked')(error)
    }
  }
}
