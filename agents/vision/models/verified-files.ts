import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ContentHash } from '../../../protocol/ids.ts'
import type { FileFacts } from './locate-file.ts'
import { replaceFile } from './replace-file.ts'

/** What was found in a file when it was read through. */
export const FileFinding = z.object({
  sizeBytes: z.int().nonnegative(),
  mtimeNs: z.string(),
  sha256: ContentHash,
  /** ONNX files: why the file is none; null for good ones and for other files. */
  problem: z.string().nullable(),
  /** ONNX files: the files in which it keeps data outside of itself. */
  externalFiles: z.array(z.string()),
})
export type FileFinding = z.infer<typeof FileFinding>

const FileFindings = z.record(z.string(), FileFinding)
const NAME = '.verified.json'

/**
 * Remembers what was found in the files of a models folder, so that gigabytes are read once and not at each start.
 *
 * A finding holds as long as the file has the same size and time of change. It lies in the models folder itself and
 * is written anew as a whole; who may write there may change the manifests, too.
 */
export class VerifiedFiles {
  readonly #path: string
  #findings: Map<string, FileFinding> | undefined
  #changed = false

  constructor(modelsFolder: string) {
    this.#path = join(modelsFolder, NAME)
  }

  /** @param name `yolox-nano/yolox_nano.onnx` */
  async find(name: string, facts: FileFacts): Promise<FileFinding | undefined> {
    const finding = (await this.#read()).get(name)
    const holds = finding?.sizeBytes === facts.sizeBytes && finding.mtimeNs === facts.mtimeNs
    return holds ? finding : undefined
  }

  async remember(name: string, finding: FileFinding): Promise<void> {
    const findings = await this.#read()
    findings.set(name, finding)
    this.#changed = true
  }

  async forget(isForgotten: (name: string) => boolean): Promise<void> {
    const findings = await this.#read()
    for (const name of [...findings.keys()].filter(isForgotten)) {
      findings.delete(name)
      this.#changed = true
    }
  }

  /** Writes down what is new; a folder that cannot be written to costs time at the next start and nothing else. */
  async save(): Promise<void> {
    if (!this.#changed) return
    const text = JSON.stringify(Object.fromEntries(await this.#read()), null, 2)
    try {
      await replaceFile(this.#path, `${text}\n`, 0o600)
      this.#changed = false
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  async #read(): Promise<Map<string, FileFinding>> {
    this.#findings ??= await readFindings(this.#path)
    return this.#findings
  }
}

/** None when there is no such file, or none that can be read: the files are read through again. */
async function readFindings(path: string): Promise<Map<string, FileFinding>> {
  try {
    return new Map(Object.entries(FileFindings.parse(JSON.parse(await readFile(path, 'utf8')))))
  } catch {
    return new Map()
  }
}
