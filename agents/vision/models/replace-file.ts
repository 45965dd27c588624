import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a small file as a whole, in place of the one that is there: whoever reads it sees the old or the new one. */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  // A name of our own: the agent and `hearth models` may write at the same time, and either is right.
  const draft = `${path}.${process.pid}`
  await mkdir(dirname(path), { recursive: true })
  try {
    const file = await open(draft, 'w', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    // A full disk is not filled further.
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}
