import { AppError } from '../../../protocol/errors.ts'
import type { Tags } from '../../../protocol/ingest.ts'
import type { PathName } from '../../../protocol/path-name.ts'
import { displayPathName, joinPathName } from '../../../protocol/path-name.ts'
import type {
  SidecarRestoreInput,
  SidecarWriteInput,
  SidecarWriteResult,
} from '../../../protocol/sidecar-write.ts'
import type { KeptVersions } from './kept-versions.ts'
import { isOurWrite } from './mapping/judge-merge.ts'
import { predictTags } from './mapping/predict-tags.ts'
import { findText } from './mapping/property.ts'
import { type MergeParts, mergeSidecar, NotVerifiedError, readSidecarTags } from './merge-sidecar.ts'
import type { PlacerAnswer, PlacerTask, SidecarFile } from './place/messages.ts'
import { PlacerEndedError } from './place/placer-process.ts'
import type { Placers } from './place/placers.ts'
import { hashOf } from './place/read-file.ts'
import { MalformedXmlError } from './xmp/parse-xml.ts'
import { readXmpProperties, type XmpProperties } from './xmp/xmp-properties.ts'

export type SidecarParts = MergeParts & {
  placers: Placers
  kept: KeptVersions
  /** Roots of libraries whose sidecars may be written. */
  roots: readonly string[]
  /** Folders that may hold the sidecars of libraries that must stay untouched. */
  mirrorRoots: readonly string[]
  perlPath: string
}

type Target = Omit<SidecarRestoreInput, 'keptBefore'>
type Refusal = Extract<SidecarWriteResult, { outcome: 'refused' }>
type Read = Extract<PlacerAnswer, { type: 'read' }>
type Parsed = { bytes: Uint8Array; properties: XmpProperties } | MalformedXmlError

/** What is to lie there instead of `file`, which is kept. */
type Placement = {
  file: SidecarFile | null
  picture: PathName
  bytes: Uint8Array
  keptBefore: string | null
  /** Null: they have to be read. */
  tags: Tags | null
}

/** Ends a write with a result that is no failure of the job. */
class RefusedError extends Error {
  readonly refusal: Omit<Refusal, 'outcome' | 'revision'>

  constructor(refusal: Omit<Refusal, 'outcome' | 'revision'>) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/**
 * One write or restore of one sidecar, from reading what lies there to what became of it. Nobody else writes the same
 * sidecar in this process meanwhile.
 */
export class SidecarWrite {
  readonly #parts: SidecarParts
  readonly #target: Target
  readonly #signal: AbortSignal
  readonly #folder: PathName
  readonly #name: PathName

  constructor(parts: SidecarParts, target: Target, signal: AbortSignal) {
    this.#parts = parts
    this.#target = target
    this.#signal = signal
    const slash = target.path.lastIndexOf('/')
    this.#folder = target.path.slice(0, Math.max(0, slash))
    this.#name = target.path.slice(slash + 1)
  }

  /** @throws AppError when trying again later may help: `library_offline`, `disk_full`, `timed_out`, … */
  async write(input: SidecarWriteInput): Promise<SidecarWriteResult> {
    const { fields, resolved, pictureSizePx, expectedTags } = input
    const { revision } = this.#target
    return await this.#orRefused(async () => {
      const { file, picture, left } = await this.#read()
      const before = file === null ? null : parse(file.bytes)
      const isOurs = (ready: Parsed) =>
        !(ready instanceof MalformedXmlError) && isOurWrite(ready.properties, fields, revision)
      if (file !== null && before !== null && isOurs(before)) {
        // Tried again after its first try was done but not heard of. It may have been killed while it gave back what
        // another program had written in the same moment.
        const stray = left.find((bytes) => hashOf(bytes) !== this.#target.expected && !isOurs(parse(bytes)))
        if (stray === undefined) return await this.#written(file)
        return await this.#giveBack(file, stray, picture)
      }
      const isExpected = this.#isExpected(file) || (file !== null && file.contentHash === resolved)
      if (!isExpected) return await this.#conflict(file)
      if (before instanceof MalformedXmlError) throw malformed(this.#name, before)
      if (before !== null) await this.#refuseForeign(before.properties)
      const request = { before, fields, revision, pictureSizePx }
      // It costs nothing beside the merge; a version that is kept without need is found again the next time.
      const [merged, keptBefore] = await Promise.all([
        mergeSidecar(this.#parts, request, this.#signal),
        this.#keep(file),
      ])
      const tagsBefore = this.#isExpected(file) ? expectedTags : null
      const tags =
        file !== null && tagsBefore === null
          ? null
          : predictTags({
              tagsBefore,
              before: before?.properties ?? {},
              after: merged.properties,
              bytes: merged.bytes,
            })
      return await this.#place({ file, picture, bytes: merged.bytes, keptBefore, tags })
    })
  }

  /** @throws AppError as `write` */
  async restore({ keptBefore }: SidecarRestoreInput): Promise<SidecarWriteResult> {
    return await this.#orRefused(async () => {
      const bytes = await this.#parts.kept.read(this.#target, keptBefore)
      if (bytes === undefined) {
        throw new AppError('not_found', `That version of ${displayPathName(this.#name)} is no longer kept`)
      }
      const { file, picture } = await this.#read()
      if (file !== null && file.contentHash === hashOf(bytes)) return await this.#written(file)
      if (!this.#isExpected(file)) return await this.#conflict(file)
      return await this.#place({ file, picture, bytes, keptBefore: await this.#keep(file), tags: null })
    })
  }

  async #orRefused(work: () => Promise<SidecarWriteResult>): Promise<SidecarWriteResult> {
    const { revision } = this.#target
    try {
      return await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      if (error instanceof RefusedError) return { outcome: 'refused', revision, ...error.refusal }
      if (error instanceof NotVerifiedError) {
        const fields = error.fields.length === 0 ? {} : { fields: error.fields }
        return {
          outcome: 'refused',
          revision,
          reason: 'not_verified',
          message: error.message.slice(0, 1_000),
          ...fields,
        }
      }
      if (error instanceof PlacerEndedError)
        throw new AppError('unavailable', error.message, { cause: error })
      throw error
    }
  }

  /** What lies there, after whatever a killed writer has left there was kept and removed. */
  async #read(): Promise<{ file: SidecarFile | null; picture: PathName; left: Uint8Array[] }> {
    const { pictures } = this.#target
    const answer = await this.#askRead(pictures)
    if (answer.left.length > 0) {
      for (const { bytes } of answer.left) await this.#parts.kept.add(this.#target, bytes, new Date())
      await this.#ask({ type: 'remove', drafts: answer.left.map(({ draft }) => draft) })
    }
    if (answer.picture === null) {
      const message = `None of the pictures of ${displayPathName(this.#name)} is there; scan the library again`
      throw new RefusedError({ reason: 'picture_missing', message })
    }
    return { file: answer.file, picture: answer.picture, left: answer.left.map(({ bytes }) => bytes) }
  }

  async #askRead(pictures: readonly PathName[]): Promise<Read> {
    const answer = await this.#ask({ type: 'read', name: this.#name, pictures })
    if (answer.type !== 'read')
      throw new AppError('internal', `The writer of sidecars answered ${answer.type}`)
    return answer
  }

  #isExpected(file: SidecarFile | null): boolean {
    return (file?.contentHash ?? null) === this.#target.expected
  }

  /** Lightroom and darktable write whose sidecar it is. A picture that was renamed is no longer there. */
  async #refuseForeign(properties: XmpProperties): Promise<void> {
    const names = new Set(this.#target.pictures.map((path) => path.slice(path.lastIndexOf('/') + 1)))
    const owner = findText(properties, 'crs:RawFileName') ?? findText(properties, 'xmpMM:DerivedFrom')
    if (owner === undefined || names.has(owner) || /[/\0]/.test(owner) || owner === '..') return
    const { picture } = await this.#askRead([joinPathName(this.#folder, owner)])
    if (picture === null) return
    const message = `${displayPathName(this.#name)} belongs to ${displayPathName(owner)}, which lies beside it`
    throw new RefusedError({ reason: 'foreign', message })
  }

  async #giveBack(file: SidecarFile, stray: Uint8Array, picture: PathName): Promise<SidecarWriteResult> {
    if (parse(stray) instanceof MalformedXmlError) return await this.#written(file)
    const keptBefore = await this.#keep(file)
    const placed = await this.#place({ file, picture, bytes: stray, keptBefore, tags: null })
    return placed.outcome === 'written'
      ? { outcome: 'conflict', revision: placed.revision, sidecar: placed.sidecar, tags: placed.tags }
      : placed
  }

  /** @returns the name of the version; null: there is none to keep */
  async #keep(file: SidecarFile | null): Promise<string | null> {
    return file === null ? null : await this.#parts.kept.add(this.#target, file.bytes, new Date())
  }

  async #place({ file, picture, bytes, keptBefore, tags: known }: Placement): Promise<SidecarWriteResult> {
    const { kept } = this.#parts
    const contentHash = hashOf(bytes)
    const expected = file?.contentHash ?? null
    const [answer, tags] = await Promise.all([
      this.#ask({ type: 'place', name: this.#name, bytes, contentHash, expected, picture }),
      known ?? readSidecarTags(this.#parts, bytes, this.#signal),
    ])
    if (answer.type === 'conflict') {
      for (const displaced of answer.displaced) await kept.add(this.#target, displaced, new Date())
      return await this.#conflict(answer.file)
    }
    if (answer.type !== 'placed') {
      throw new AppError('internal', `The writer of sidecars answered ${answer.type}`)
    }
    const sidecar = versionOf({ bytes, contentHash, mtimeUs: answer.mtimeUs })
    return { outcome: 'written', revision: this.#target.revision, sidecar, tags, keptBefore }
  }

  /** It lies there already as it was to be. */
  async #written(file: SidecarFile): Promise<SidecarWriteResult> {
    const tags = await readSidecarTags(this.#parts, file.bytes, this.#signal)
    const { revision } = this.#target
    return { outcome: 'written', revision, sidecar: versionOf(file), tags, keptBefore: null }
  }

  async #conflict(file: SidecarFile | null): Promise<SidecarWriteResult> {
    const { revision } = this.#target
    if (file === null) return { outcome: 'conflict', revision, sidecar: null, tags: null }
    const isReadable = !(parse(file.bytes) instanceof MalformedXmlError)
    const tags = isReadable ? await readSidecarTags(this.#parts, file.bytes, this.#signal) : null
    return { outcome: 'conflict', revision, sidecar: versionOf(file), tags }
  }

  async #ask(request: Parameters<Placers['ask']>[1]): Promise<PlacerAnswer> {
    const { placers, roots, mirrorRoots, perlPath } = this.#parts
    const { root, mirrorRoot } = this.#target
    const allowedRoots = mirrorRoot === null ? roots : mirrorRoots
    const task: PlacerTask = { root, mirrorRoot, folder: this.#folder, allowedRoots, perlPath }
    const answer = await placers.ask(task, request, this.#signal)
    if (answer.type === 'refused') throw new RefusedError({ reason: answer.reason, message: answer.message })
    if (answer.type === 'failed') throw new AppError(answer.code, answer.message)
    return answer
  }
}

function parse(bytes: Uint8Array): Parsed {
  try {
    return { bytes, properties: readXmpProperties(bytes) }
  } catch (error) {
    if (error instanceof MalformedXmlError) return error
    throw error
  }
}

function versionOf({ bytes, contentHash, mtimeUs }: SidecarFile) {
  return { contentHash, sizeBytes: bytes.length, mtimeUs }
}

function malformed(name: PathName, error: MalformedXmlError): RefusedError {
  const message = `${displayPathName(name)} is left alone because it cannot be understood: ${error.message}`
  return new RefusedError({ reason: 'malformed', message })
}
