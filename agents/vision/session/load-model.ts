import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import { findFamily } from '../families/families.ts'
import type { Family, LoadedPart, LoadedTextPart } from '../families/family.ts'
import type { ModelPart, PartName } from '../models/model-manifest.ts'
import { readClassFile } from '../models/read-class-file.ts'
import type { ModelPlace, VisionWork } from './messages.ts'
import { requireTask } from './running-task.ts'
import type { TensorShape } from './session.ts'
import type { SessionThreads } from './session-threads.ts'

type Opened = { [F in Family as F['role']]: Awaited<ReturnType<F['open']>> }

/**
 * A model whose parts are loaded when they are first asked for: a query needs no picture tower, and a machine that
 * only answers queries never loads one.
 */
export class LoadedModel {
  readonly place: ModelPlace
  readonly #threads: SessionThreads
  readonly #inputs = new Map<PartName, readonly TensorShape[]>()
  readonly #opened = new Map<Family['role'], Promise<unknown>>()

  constructor(place: ModelPlace, threads: SessionThreads) {
    this.place = place
    this.#threads = threads
  }

  has(name: PartName): boolean {
    return this.place.manifest.parts[name] !== undefined
  }

  /** @throws AppError `model_broken` when a file is not what the manifest says */
  open<R extends Family['role']>(role: R): Promise<Opened[R]> {
    const known = this.#opened.get(role)
    if (known) return known as Promise<Opened[R]>
    const opening = this.#open(role)
    this.#opened.set(role, opening)
    // What stood in the way may be over the next time: memory, for example.
    opening.catch(() => this.#opened.delete(role))
    return opening as Promise<Opened[R]>
  }

  /**
   * How much of a picture the model can see: the longer side of its input. Infinity where it looks closer at parts of
   * the picture, and where the file does not say.
   */
  async inputSidePx(work: VisionWork['type']): Promise<number> {
    const looks = { detect: ['detector', 'detector'], embed: ['image', 'picture-embedder'] } as const
    if (work !== 'detect' && work !== 'embed') return Number.POSITIVE_INFINITY
    const [name, role] = looks[work]
    await this.open(role)
    const [, , height, width] = this.#inputs.get(name)?.find(({ dims }) => dims.length === 4)?.dims ?? []
    const sides = this.#part(name).inputPx ?? [height, width]
    return Math.max(...sides.map((side) => (typeof side === 'number' ? side : Number.POSITIVE_INFINITY)))
  }

  async #open(role: Family['role']): Promise<unknown> {
    switch (role) {
      case 'detector':
      case 'face-detector':
        return this.#family('detector', role).open(await this.#load('detector'))
      case 'face-embedder':
        return this.#family('embedder', role).open(await this.#load('embedder'))
      case 'picture-embedder':
        return this.#family('image', role).open(await this.#load('image'))
      case 'text-embedder':
        return await this.#family('text', role).open(await this.#load('text'))
      case 'prompter':
        return this.#family('encoder', role).open({
          encoder: await this.#load('encoder'),
          decoder: await this.#load('decoder'),
        })
    }
  }

  #family<R extends Family['role']>(name: PartName, role: R): Extract<Family, { role: R }> {
    const { family: familyName } = this.#part(name)
    const family = findFamily(familyName)
    if (family?.role !== role) {
      throw new AppError(
        'model_broken',
        `${this.place.manifest.name}: the family ${familyName} of its ${name} is ${family ? `a ${family.role}` : 'not known'}, not a ${role}`,
      )
    }
    return family as Extract<Family, { role: R }>
  }

  #part(name: PartName): ModelPart {
    const part = this.place.manifest.parts[name]
    if (part === undefined) {
      throw new AppError('model_broken', `${this.place.manifest.name} has no part ${name}`)
    }
    return part
  }

  async #load(name: PartName): Promise<LoadedPart & LoadedTextPart> {
    const part = this.#part(name)
    const { key: modelKey, folder, manifest } = this.place
    const file = { modelKey, path: join(folder, part.file) }
    const session = await this.#threads.session(file, requireTask())
    this.#inputs.set(name, session.inputs)
    const readNamed = async (name: string) =>
      manifest.files.some((file) => file.name === name) ? await readFile(join(folder, name)) : null
    const { classFile } = part
    const classes = classFile === undefined ? part.classes : await readClassFile(join(folder, classFile))
    return { part: { ...part, classes }, session, readFile: readNamed }
  }
}
