import type { JobKind } from '../../protocol/jobs.ts'
import type { VisionTask } from '../../protocol/models.ts'

/** The kind of job by which a task looks at an asset. */
export const lookKinds = {
  detect: 'asset.detect',
  segment: 'asset.segment',
  embed: 'asset.embed',
  faces: 'asset.faces',
} as const satisfies Record<VisionTask, JobKind>
export type LookKind = (typeof lookKinds)[VisionTask]
