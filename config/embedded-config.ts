import { z } from 'zod'
import { ProcessConfig } from './process-config.ts'

/** The embedded database's process. */
export const EmbeddedConfig = ProcessConfig.extend({
  folder: z.string().min(1).describe('Folder of the database, on a local disk'),
  socketFolder: z
    .string()
    .min(1)
    .max(90)
    .describe('Private folder for the Unix socket; its path must be short'),
})
export type EmbeddedConfig = z.input<typeof EmbeddedConfig>
