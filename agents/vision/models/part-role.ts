import type { VisionTask } from '../../../protocol/models.ts'
import type { Family } from '../families/family.ts'
import type { PartName } from './model-manifest.ts'

/** Which parts a model for a task is made of: one of these sets, its ONNX files in this order. */
export const partSets: Record<VisionTask, readonly (readonly PartName[])[]> = {
  detect: [['detector']],
  segment: [['detector'], ['encoder', 'decoder']],
  embed: [['image'], ['image', 'text']],
  faces: [['detector'], ['detector', 'embedder']],
}

const roles: Record<VisionTask, Partial<Record<string, Family['role']>>> = {
  detect: { detector: 'detector' },
  segment: { detector: 'detector', encoder: 'prompter', decoder: 'prompter' },
  embed: { image: 'picture-embedder', text: 'text-embedder' },
  faces: { detector: 'face-detector', embedder: 'face-embedder' },
}

/** Which kind of family a part of a model must be; undefined where a model for the task has no such part. */
export function partRole(task: VisionTask, part: string): Family['role'] | undefined {
  return roles[task][part]
}
