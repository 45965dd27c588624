import { useQueryClient } from '@tanstack/react-query'
import type { DetectionReview, DetectionView } from '../../protocol/detections.ts'
import { callApi } from '../api/call-api.ts'
import { detectionsQuery } from '../api/detections-query.ts'
import { assetQuery } from '../api/queries.ts'
import { sayError } from '../ui/say-error.ts'
import { sayUndoable } from '../ui/say-undoable.tsx'
import { detectionName } from './describe-detection.ts'

type Judgement = Exclude<DetectionReview, 'drawn'>

/** What a person may say of what was found in a picture. It is shown at once, and taken back where it is refused. */
export function useDetectionActions(assetId: number) {
  const queryClient = useQueryClient()
  const { queryKey } = detectionsQuery(assetId)
  const replace = (change: (detections: readonly DetectionView[]) => DetectionView[]) =>
    queryClient.setQueryData(queryKey, (before) => before && { detections: change(before.detections) })
  const put = (view: DetectionView) =>
    replace((detections) => detections.map((known) => (known.id === view.id ? view : known)))

  /** Who is named is a region of the picture, and on the way to its sidecar. */
  const readPicture = () => void queryClient.invalidateQueries({ queryKey: assetQuery(assetId).queryKey })

  const change = async (detection: DetectionView, part: { review?: Judgement; label?: string }) => {
    // An answer that is on its way would show it as it was.
    await queryClient.cancelQueries({ queryKey })
    put({ ...detection, ...part })
    try {
      put(await callApi('changeDetection', { params: { id: detection.id }, body: part }))
      readPicture()
      return true
    } catch (error) {
      sayError(`Not saved: ${detectionName(detection)}`)(error)
      put(detection)
      void queryClient.invalidateQueries({ queryKey })
      return false
    }
  }

  const judge = async (detection: DetectionView, review: Judgement) => {
    const before = detection.review
    if (!(await change(detection, { review })) || review !== 'rejected' || before === 'drawn') return
    sayUndoable(`“${detectionName(detection)}” is taken for wrong here, also when models look again.`, () =>
      change({ ...detection, review }, { review: before }),
    )
  }

  const remove = async (detection: DetectionView) => {
    await queryClient.cancelQueries({ queryKey })
    replace((detections) => detections.filter(({ id }) => id !== detection.id))
    try {
      await callApi('deleteDetection', { params: { id: detection.id } })
    } catch (error) {
      sayError(`Not taken away: ${detectionName(detection)}`)(error)
      replace((detections) => [...detections, detection])
      return
    }
    readPicture()
    const { label, box, mask } = detection
    sayUndoable(`“${detectionName(detection)}” is taken away.`, () => draw({ label, box, mask }))
  }

  const draw = async (drawn: Pick<DetectionView, 'label' | 'box' | 'mask'>) => {
    try {
      const view = await callApi('drawDetection', { params: { id: assetId }, body: drawn })
      await queryClient.cancelQueries({ queryKey })
      replace((detections) => [...detections.filter(({ id }) => id !== view.id), view])
      void queryClient.invalidateQueries({ queryKey })
      readPicture()
      return true
    } catch (error) {
      sayError(`Not kept: ${drawn.label}`)(error)
      return false
    }
  }

  return {
    judge,
    rename: (detection: DetectionView, label: string) => change(detection, { label }),
    remove,
    draw,
  }
}
