import type { DetectionView } from '../../protocol/detections.ts'
import { asSentence } from '../ui/as-sentence.ts'

/** What a model calls a face that nobody has named. */
const UNNAMED_FACE = 'face'

/** `Dog`, `Anna`, `Face without a name` */
export function detectionName({ kind, label }: Pick<DetectionView, 'kind' | 'label'>): string {
  if (kind === 'face' && label === UNNAMED_FACE) return 'Face without a name'
  return asSentence(label).replace(/\.$/, '')
}

/** As little as says what it is, to stand beside the thing itself. */
export function chipText({ kind, label }: Pick<DetectionView, 'kind' | 'label'>): string {
  return kind === 'face' && label === UNNAMED_FACE ? '?' : label
}

/** How sure somebody is of it, and who. */
export function sureWords({ review, score, model }: DetectionView): string {
  if (review === 'drawn') return 'Drawn by a person'
  const sure = score === null ? '' : `, ${scoreText(score)} sure`
  const by = model?.split('@')[0] ?? 'a model'
  if (review === 'confirmed') return 'Confirmed by a person'
  if (review === 'rejected') return `Rejected by a person; found by ${by}${sure}`
  return `Found by ${by}${sure}`
}

/** `87 %`; never 100, which no model is. */
export function scoreText(score: number): string {
  return `${Math.min(99, Math.round(score * 100))} %`
}
