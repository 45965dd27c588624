import { z } from 'zod'
import type { OnnxFacts } from '../../../agents/vision/models/inspect-onnx.ts'
import { DraftManifest, type PartName } from '../../../agents/vision/models/model-manifest.ts'
import { partSets } from '../../../agents/vision/models/part-role.ts'
import { AppError } from '../../../protocol/errors.ts'
import { VisionTask } from '../../../protocol/models.ts'

/** An ONNX file as it is brought: its plain name and what is in it. */
export type BroughtFile = { name: string; facts: OnnxFacts }

export type AddValues = {
  task?: string | undefined
  family?: string[] | undefined
  licence?: string | undefined
  id?: string | undefined
  name?: string | undefined
  source?: string | undefined
  /** `640x640` */
  input?: string | undefined
  dimensions?: string | undefined
  /** Plain names of files that come along. */
  classFile?: string | undefined
  tokenizerFile?: string | undefined
  others?: readonly string[]
}

/** Names that exporters give to the output that is the vector. */
const vectorNames = ['image_embeds', 'embedding', 'embeddings', 'features', 'image_features', 'pooler_output']

/**
 * The manifest of a model that somebody brings, from what was said about it and what its files say.
 *
 * @throws AppError `bad_request` that says what is missing
 */
export function draftManifest(files: readonly BroughtFile[], values: AddValues): DraftManifest {
  const task = VisionTask.safeParse(values.task)
  if (!task.success) throw wrong(`--task is missing: one of ${VisionTask.options.join(', ')}`)
  const licence = values.licence
  if (licence === undefined) throw wrong('--licence is missing: under which licence do you have it?')
  const names = partSets[task.data].find((set) => set.length === files.length)
  if (names === undefined) throw wrong(`A model for ${task.data} is not made of ${files.length} ONNX files`)
  const families = values.family ?? []
  if (families.length !== 1 && families.length !== files.length) {
    throw wrong('--family is missing: one for all files, or one for each in their order')
  }
  const first = files[0]!
  const id = values.id ?? idOf(first.name)
  const parts = Object.fromEntries(
    names.map((part, index) => [
      part,
      {
        family: families[index] ?? families[0]!,
        file: files[index]!.name,
        ...(index === 0 ? inputOf(values.input) : {}),
        ...filesOf(part, values),
      },
    ]),
  )
  const vectors = files[names.findIndex((name) => name === 'image' || name === 'embedder')]
  const draft = {
    id,
    name: values.name ?? id,
    task: task.data,
    licence,
    source: values.source ?? '',
    ...(vectors ? { dimensions: dimensionsOf(vectors, values.dimensions) } : {}),
    files: [...files.map(({ name }) => name), ...(values.others ?? [])].map((name) => ({ name })),
    parts,
  }
  const parsed = DraftManifest.safeParse(draft)
  if (!parsed.success) throw wrong(`That does not make a model: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function filesOf(part: PartName, { classFile, tokenizerFile }: AddValues) {
  const hasClasses = part === 'detector' || (part === 'text' && tokenizerFile === undefined)
  return {
    ...(hasClasses && classFile !== undefined ? { classFile } : {}),
    ...(part === 'text' && tokenizerFile !== undefined ? { tokenizerFile } : {}),
  }
}

function inputOf(text: string | undefined) {
  if (text === undefined) return {}
  const match = /^(\d+)x(\d+)$/.exec(text)
  if (match === null) throw wrong('--input takes width and height in pixels: 640x640')
  return { inputPx: [Number(match[1]), Number(match[2])] }
}

/** Length of the vectors, from the shape of the output that gives them. */
function dimensionsOf({ name, facts }: BroughtFile, given: string | undefined): number {
  if (given !== undefined) return Number(given)
  const flat = facts.outputs.filter(({ dims }) => dims.length === 2 && typeof dims[1] === 'number')
  const output =
    flat.find((other) => vectorNames.includes(other.name)) ?? (flat.length === 1 ? flat[0] : undefined)
  const length = output?.dims[1]
  if (typeof length === 'number') return length
  throw wrong(`${name} does not say how long its vectors are: say it with --dimensions`)
}

function idOf(fileName: string): string {
  return fileName
    .replace(/\.onnx$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
}

function wrong(reason: string): AppError {
  return new AppError('bad_request', `${reason}; see hearth models --help`)
}
