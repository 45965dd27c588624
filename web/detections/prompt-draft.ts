import type { Prompt } from '../../protocol/vision.ts'

export type PromptPoint = Prompt['points'][number]

/** As many as one question may have. */
const MAX_POINTS = 32

/** What has been pointed at so far, in fractions of the picture. */
export type PromptDraft = { points: readonly PromptPoint[]; box: Prompt['box'] }

export const emptyDraft: PromptDraft = { points: [], box: null }

export function isEmpty({ points, box }: PromptDraft): boolean {
  return points.length === 0 && box === null
}

export function addPoint(draft: PromptDraft, point: PromptPoint): PromptDraft {
  return draft.points.length >= MAX_POINTS ? draft : { ...draft, points: [...draft.points, point] }
}

/** A box begins anew: points for another thing would only confuse. */
export function drawBox(box: NonNullable<Prompt['box']>): PromptDraft {
  return { points: [], box }
}

/** Without what was said last. */
export function takeBack({ points, box }: PromptDraft): PromptDraft {
  return points.length > 0 ? { points: points.slice(0, -1), box } : emptyDraft
}
