import { z } from 'zod'

/** What an agent can do; `query`: words to vectors, cheap enough for a machine that is always on. An agent's configuration says which of these its machine offers. */
export const Capability = z.enum([
  'scan',
  'ingest',
  'sidecar',
  'detect',
  'segment',
  'embed',
  'faces',
  'query',
])
export type Capability = z.infer<typeof Capability>

export const OfferedCapability = z.object({
  capability: Capability,
  /** Jobs of this capability that the agent runs at once. */
  concurrency: z.int().min(1).max(256),
})
export type OfferedCapability = z.infer<typeof OfferedCapability>
