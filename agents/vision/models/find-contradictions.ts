import type { z } from 'zod'
import type { VisionTask } from '../../../protocol/models.ts'
import type { ModelPart, PartName } from './model-manifest.ts'
import { partSets } from './part-role.ts'

type Fields = {
  task: VisionTask
  dimensions?: number | undefined
  files: readonly { name: string }[]
  parts: Partial<Record<PartName, ModelPart>>
}

/** What a manifest says that cannot all be true. */
export function findContradictions(manifest: Fields, context: z.core.$RefinementCtx): void {
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  const { task, parts, files } = manifest
  const has = Object.keys(parts).sort().join()
  const sets = partSets[task]
  if (!sets.some((set) => [...set].sort().join() === has)) {
    const wanted = sets.map((set) => set.join(' and ')).join(', or ')
    complain(['parts'], `must be, for ${task}: ${wanted}`)
  }

  const names = files.map(({ name }) => name.toLowerCase())
  // Some file systems do not tell large and small letters apart.
  if (new Set(names).size !== names.length) complain(['files'], 'has two files of one name')
  for (const [role, part] of Object.entries(parts)) {
    for (const key of ['file', 'classFile', 'tokenizerFile'] as const) {
      const name = part[key]
      if (name !== undefined && !files.some((file) => file.name === name)) {
        complain(['parts', role, key], `names ${name}, which is none of the files`)
      }
    }
    if (part.classes && part.classFile) complain(['parts', role], 'has both classes and classFile')
  }

  const { text } = parts
  if (text && !text.tokenizerFile && !text.classes && !text.classFile) {
    complain(['parts', 'text'], 'needs a tokenizerFile, or the classes that can be asked for')
  }
  const givesVectors = task === 'embed' || parts.embedder !== undefined
  if (givesVectors && manifest.dimensions === undefined) {
    complain(['dimensions'], 'must say how long the model’s vectors are')
  }
}
