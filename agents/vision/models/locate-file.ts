import { lstat, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** Facts about a file by which a change is noticed. Nanoseconds are text, because they exceed what a number holds. */
export type FileFacts = { sizeBytes: number; mtimeNs: string }

/** A file of a model as it lies on the disk: `problem` says why it must not be used. */
export type LocatedFile =
  | { path: string; facts: FileFacts; problem: null }
  | { path: string; facts: null; problem: string | null }

/**
 * Looks for a file in a model's folder. A missing one has neither facts nor a problem.
 *
 * A link is followed as far as it stays inside the models folder; what leads out of it is refused, because the
 * process that opens models may read nothing else, and because nobody looks for an original among models.
 *
 * @param name as the manifest has it: a plain file name
 */
export async function locateFile(
  modelsFolder: string,
  folderName: string,
  name: string,
): Promise<LocatedFile> {
  const path = join(modelsFolder, folderName, name)
  const missing = { path, facts: null, problem: null }
  const refuse = (problem: string) => ({ path, facts: null, problem })
  try {
    if ((await lstat(path)).isSymbolicLink()) {
      const [inside, target] = await Promise.all([realpath(modelsFolder), realpath(path)])
      if (!target.startsWith(inside + sep))
        return refuse(`${name} is a link that leads out of the models folder`)
    }
    const facts = await stat(path, { bigint: true })
    if (!facts.isFile()) return refuse(`${name} is no file`)
    return { path, facts: { sizeBytes: Number(facts.size), mtimeNs: String(facts.mtimeNs) }, problem: null }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return missing
    return refuse(`${name} cannot be looked at: ${error.message}`)
  }
}
