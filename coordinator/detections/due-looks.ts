import type { VisionTask } from '../../protocol/models.ts'

/** What is known of one asset that decides which models still have to look at it. */
export type LookFacts = {
  /** Of its preview now, as `asset.version` names it; null: it has none. */
  preview: string | null
  looks: readonly { task: VisionTask; modelId: number; preview: string; atMs: number }[]
  /** When the newest thing was found or drawn that has no outline, or one by another model; null: there is none. */
  unmaskedAtMs: number | null
}

/** Models by task; a task without one is not there. */
export type ModelsInUse = ReadonlyMap<VisionTask, number>

/**
 * The tasks whose model has not looked at this preview yet.
 *
 * Outlines are for what has been found: they follow when things are known that have none.
 */
export function dueLooks(facts: LookFacts, inUse: ModelsInUse): VisionTask[] {
  if (facts.preview === null) return []
  const current = (task: VisionTask) =>
    facts.looks.find(
      (look) => look.task === task && look.modelId === inUse.get(task) && look.preview === facts.preview,
    )
  const due = [...inUse.keys()].filter((task) => task !== 'segment' && !current(task))
  if (!inUse.has('segment') || facts.unmaskedAtMs === null) return due
  // What is found anew is outlined then.
  if (due.includes('detect')) return due
  const outlined = current('segment')
  return outlined && outlined.atMs >= facts.unmaskedAtMs ? due : [...due, 'segment']
}
