import type { ModelView } from '../../protocol/detections.ts'
import type { VisionTask } from '../../protocol/models.ts'
import { noModel } from './model-in-use.ts'

/**
 * Why nothing goes on with a task, and what to do; null when something does, or nothing is left.
 *
 * @param lane what the queue says of the jobs of the task: how many are open, and why none of them can start
 */
export function taskWaitsFor(
  {
    task,
    model,
    isUnwanted,
  }: {
    task: VisionTask
    /** In use. */
    model: Pick<ModelView, 'id' | 'machines'> | null
    /** A person has said that no model should do this. */
    isUnwanted: boolean
  },
  lane: { open: number; waitsFor: string | null },
): string | null {
  if (!model) return isUnwanted ? null : noModel(task)
  const { id, machines } = model
  if (machines.length === 0)
    return `No machine has “${id}” any more: run “hearth models pull ${id}” on a machine with a worker, or choose another model`
  const ready = machines.filter(({ state }) => state === 'ready')
  if (ready.some(({ online }) => online)) return lane.open > 0 ? lane.waitsFor : null
  if (ready.length > 0) return lane.waitsFor ?? `“${id}” is on ${names(ready)}, which is not there now`
  const { agent, reason } = machines[0]!
  return `“${id}” cannot be run on “${agent}”: ${reason ?? machines[0]!.state}`
}

function names(machines: readonly { agent: string }[]): string {
  return machines.map(({ agent }) => `“${agent}”`).join(', ')
}
