import type { DetectionReview } from '../../protocol/detections.ts'
import { boxOverlap } from './box-overlap.ts'

/** Two boxes that overlap at least so much are about one thing. */
const SAME_THING = 0.5
/** And so much: an outline of the one is one of the other. */
const SAME_OUTLINE = 0.9

type Box = readonly [x: number, y: number, width: number, height: number]

/** What is known of an asset already. */
export type KnownThing = {
  id: number
  /** Null for what a person has drawn. */
  className: string | null
  label: string
  box: Box
  review: DetectionReview
}
export type FoundThing = { className: string; box: Box; score: number }

/** What a new look changes, by places in the list of what was found. */
export type Matches = {
  /** New proposals. */
  added: number[]
  /** Proposals that are found again and stay the same rows; `keepsMask`: the outline that it has fits still. */
  renewed: { id: number; found: number; keepsMask: boolean }[]
  /** Things that a person has spoken about: that word stands, and nothing is proposed in their place. */
  recognised: { id: number; found: number }[]
  /** Proposals that are not found any more. */
  removed: number[]
}

/**
 * What becomes of the things of an asset when a model has looked at it.
 *
 * Only proposals give way. What a person has confirmed, drawn or named stays as it is, and what a person has rejected
 * stays rejected: it is known again by its place and by its label or the class that it was found as.
 */
export function matchFound(known: readonly KnownThing[], found: readonly FoundThing[]): Matches {
  const spoken = known.filter((thing) => !isMereProposal(thing))
  const proposals = new Set(known.filter(isMereProposal))
  const matches: Matches = { added: [], renewed: [], recognised: [], removed: [] }
  const bestFirst = [...found.keys()].sort((a, b) => found[b]!.score - found[a]!.score)
  for (const at of bestFirst) {
    const thing = found[at]!
    const word = mostAlike(spoken, thing)
    if (word) {
      matches.recognised.push({ id: word.id, found: at })
      continue
    }
    const before = mostAlike([...proposals], thing)
    if (!before) {
      matches.added.push(at)
      continue
    }
    proposals.delete(before)
    const keepsMask = boxOverlap(before.box, thing.box) >= SAME_OUTLINE
    matches.renewed.push({ id: before.id, found: at, keepsMask })
  }
  matches.removed = [...proposals].map(({ id }) => id)
  return matches
}

/** Nobody has said anything about it. */
function isMereProposal({ review, className, label }: KnownThing): boolean {
  return review === 'proposed' && label === className
}

function mostAlike(known: readonly KnownThing[], { className, box }: FoundThing): KnownThing | undefined {
  let best: { thing: KnownThing; overlap: number } | undefined
  for (const thing of known) {
    if (thing.label !== className && thing.className !== className) continue
    const overlap = boxOverlap(thing.box, box)
    if (overlap >= SAME_THING && overlap > (best?.overlap ?? 0)) best = { thing, overlap }
  }
  return best?.thing
}
