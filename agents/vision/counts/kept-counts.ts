import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../models/replace-file.ts'

/** What was measured to be the best way to share out the cores, and for what that holds. */
export const KeptCounts = z.object({
  provider: z.string(),
  cores: z.int().min(1),
  /** Version of ONNX Runtime. */
  runtime: z.string(),
  /** Keys of the models that it was measured with, in the order of the alphabet. */
  models: z.array(z.string()),
  sessions: z.int().min(1).max(64),
  threads: z.int().min(1).max(1_024),
})
export type KeptCounts = z.infer<typeof KeptCounts>

const NAME = '.counts.json'

/** Null where nothing has been measured, or what is there cannot be read: it is measured again. */
export function readKeptCounts(modelsFolder: string): KeptCounts | null {
  try {
    return KeptCounts.parse(JSON.parse(readFileSync(join(modelsFolder, NAME), 'utf8')))
  } catch {
    return null
  }
}

/** @throws what the file system says; without the file it is measured again at the next start */
export async function keepCounts(modelsFolder: string, counts: KeptCounts): Promise<void> {
  await replaceFile(join(modelsFolder, NAME), `${JSON.stringify(counts)}\n`)
}
