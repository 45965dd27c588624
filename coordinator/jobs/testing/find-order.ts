import type { Model } from './model-job.ts'
import { type ModelPart, partsOf, runInModel } from './model-step.ts'
import type { QueueStep, StepOutcome } from './queue-step.ts'

export type StepRun = { step: QueueStep; outcome: StepOutcome }

/**
 * Looks for an order in which steps that ran at once could have run one after the other.
 *
 * @param fits whether a model is what the queue has become
 * @returns the model after them, or undefined when no order explains what was seen
 */
export function findOrder(
  model: Model,
  runs: readonly StepRun[],
  fits: (model: Model) => boolean,
): Model | undefined {
  const isAlone = runs.length === 1
  const search = (model: Model, left: readonly PendingRun[]): Model | undefined => {
    if (left.length === 0) return fits(model) ? model : undefined
    for (const [i, { parts, outcome }] of left.entries()) {
      const [part, ...later] = parts as [ModelPart, ...ModelPart[]]
      const rest = later.length > 0 ? left.with(i, { parts: later, outcome }) : left.toSpliced(i, 1)
      for (const next of runInModel(model, part, outcome, isAlone)) {
        const found = search(next, rest)
        if (found) return found
      }
    }
    return undefined
  }
  return search(
    model,
    runs.map(({ step, outcome }) => ({ parts: partsOf(step), outcome })),
  )
}

type PendingRun = { parts: readonly ModelPart[]; outcome: StepOutcome }
