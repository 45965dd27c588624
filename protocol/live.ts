import { z } from 'zod'
import { TaskView } from './detections.ts'
import { AgentView, JobKindSummary, LibraryView } from './fleet.ts'

/**
 * Events from the coordinator to browsers, namespace `/live`, coalesced to at most two a second.
 * Each carries the whole of what it names, so a lost one does no harm.
 */
export const liveEvents = {
  jobs: z.object({ kinds: z.array(JobKindSummary) }),
  agents: z.object({ agents: z.array(AgentView) }),
  libraries: z.object({ libraries: z.array(LibraryView) }),
  /** Somebody wants to join, has joined, or a code is no longer good: administrators ask again who. */
  joining: z.object({ waiting: z.int().nonnegative() }),
  /** Models, where they are and how far they have come. */
  models: z.object({ tasks: z.array(TaskView) }),
  /** The timeline has changed: ask again for what is on screen. `revision` counts up. */
  timeline: z.object({ revision: z.int() }),
} as const
export type LiveEvent = keyof typeof liveEvents
export type LiveMessage<E extends LiveEvent> = z.infer<(typeof liveEvents)[E]>
