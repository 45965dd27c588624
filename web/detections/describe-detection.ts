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

/** Who says so: `Found by yolox-nano`. */
export function whoseWords({ review, model }: Pick<DetectionView, 'review' | 'model'>): string {
  const by = model?.split('@')[0] ?? 'a model'
  switch (review) {
    case 'drawn':
      return 'Drawn by a person'
    case 'confirmed':
      return 'Confirmed by a person'
    case 'rejected':
      return `Rejected by a person; found by ${by}`
    case 'proposed':
      return `Found by ${by}`
  }
}

/** The same, and how sure the model was where its word still counts. */
export function sureWords(detection: DetectionView): string {
  const { review, score } = detection
  const isModels = review === 'proposed' || review === 'rejected'
  return `${whoseWords(detection)}${isModels && score !== null ? `, ${scoreText(score)} sure` : ''}`
}

/** For those who hear it. It begins with what others see, so that it can be spoken to as well. */
export function spokenName(detection: DetectionView): string {
  const score = detection.score === null ? '' : ` ${scoreText(detection.score)}`
  return `${detectionName(detection)}${score}. ${whoseWords(detection)}`
}

/** `87 %`; never 100, which no model is. */
export function scoreText(score: number): string {
  return `${Math.min(99, Math.round(score * 100))} %`
}
