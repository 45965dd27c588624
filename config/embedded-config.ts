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
  reserveMb: z
    .int()
    .min(32)
    .default(256)
    .describe('What is left free on the disk, in MB, so that the database can always be opened and read'),
})
export type EmbeddedConfig = z.input<typeof EmbeddedConfig>
