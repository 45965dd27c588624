import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { AgentConfig } from '../../../config/agent-config.ts'
import { AppError } from '../../../protocol/errors.ts'
import { type JobInput, type JobKind, type JobResult, jobContracts } from '../../../protocol/jobs.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { openCage } from '../../cage/open-cage.ts'
import type { JobHandlers } from '../../runtime/job-handler.ts'
import { RecordingContext } from '../../vault/testing/job-context.ts'
import { usualCounts } from '../counts/session-counts.ts'
import { Vision, type VisionOptions } from '../vision.ts'
import type { RenderedPreview } from './render-preview.ts'

type LookKind = Extract<JobKind, `asset.${string}`>

/** What a picture is shown by; its original where a source of the machine reads it. */
type Shown = { bytes: Uint8Array; grid: RenderedPreview['grid'] | null; original?: Uint8Array }

/** What a look asks for, beside its model and picture. */
type Rest<K extends LookKind> = Omit<JobInput<K>, 'model' | 'file'>

type MoreOptions = Partial<
  Pick<VisionOptions, 'folderIntervalMs' | 'silenceMs' | 'counts' | 'log' | 'capabilities'>
> & {
  /** Finds out how many sessions do most here, which takes seconds. */
  measures?: boolean
}

/**
 * All that a machine with models runs, from the job to its result: registry, handlers, and the process in its cage. The
 * coordinator is a map of previews.
 */
export class RunningVision {
  readonly vision: Vision
  /** In which its models lie. */
  readonly folder: string
  readonly #handlers: JobHandlers
  readonly #previews = new Map<number, { preview: Uint8Array; grid: Uint8Array | undefined }>()
  readonly #originals = new Map<number, Uint8Array>()
  /** How the pictures that were fetched are called, in their order. */
  readonly fetched: ('preview' | 'grid' | 'original')[] = []

  private constructor(vision: Vision, folder: string) {
    this.vision = vision
    this.folder = folder
    const get = async (path: string) => {
      const size = path.endsWith('&size=grid') ? 'grid' : 'preview'
      const bytes = this.#previews.get(Number(/\/files\/(\d+)\/preview/.exec(path)?.[1]))?.[size]
      this.fetched.push(size)
      if (bytes === undefined) throw new AppError('not_found', 'no such preview')
      return Readable.from([Buffer.from(bytes)], { objectMode: false })
    }
    const prover = { fail: async () => {}, isStillGood: async () => true, untilTried: async () => {} }
    const open = async ({ fileId }: { fileId: number }) => {
      this.fetched.push('original')
      const bytes = this.#originals.get(fileId)
      if (bytes === undefined) throw new AppError('unavailable', 'the share is gone')
      return Readable.from([Buffer.from(bytes)], { objectMode: false })
    }
    const book = { proved: () => [{ source: { kind: 'path', label: 'a share', open } }] } as never
    this.#handlers = vision.handlers(async () => ({ http: { get }, book, prover }))
  }

  /** @param fill puts models into the folder */
  static async start(
    fill: (folder: string) => Promise<unknown>,
    config: Partial<AgentConfig['vision']> = {},
    { measures = false, ...options }: MoreOptions = {},
  ): Promise<RunningVision> {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-vision-'))
    await fill(folder)
    const vision = new Vision({
      cage: await openCage(),
      modelsFolder: folder,
      config: AgentConfig.shape.vision.parse({ providers: ['cpu'], ...config }),
      log: pino({ level: 'silent' }),
      ...(measures ? {} : { counts: usualCounts('cpu', availableParallelism()) }),
      ...options,
    })
    await vision.start()
    return new RunningVision(vision, folder)
  }

  /** Looks at a picture with a model, as the job says; the result has passed the contract. */
  async look<K extends LookKind>(
    kind: K,
    modelId: string,
    preview: Uint8Array | Shown,
    rest: Rest<K>,
    signal?: AbortSignal,
  ): Promise<JobResult<K>> {
    const input = { ...rest, model: this.key(modelId), file: this.#put(preview) }
    const result = await this.#handlers[kind]!(
      jobContracts[kind].input.parse(input) as never,
      new RecordingContext(signal),
    )
    return jobContracts[kind].result.parse(result) as JobResult<K>
  }

  async ask(modelId: string, text: string): Promise<JobResult<'query.embed'>> {
    const result = await this.#handlers['query.embed']!(
      { model: this.key(modelId), text },
      new RecordingContext(),
    )
    return jobContracts['query.embed'].result.parse(result)
  }

  key(modelId: string): string {
    const model = this.vision.models.find(({ card }) => card.id === modelId)
    if (model === undefined) throw new Error(`There is no model ${modelId}`)
    return model.key
  }

  state(modelId: string) {
    const { state, reason } = this.vision.models.find(({ card }) => card.id === modelId)!
    return { state, reason }
  }

  #put(preview: Uint8Array | Shown): InputFile {
    const shown: Shown = preview instanceof Uint8Array ? { bytes: preview, grid: null } : preview
    const { bytes, grid, original } = shown
    const fileId = this.#previews.size + 1
    if (original) this.#originals.set(fileId, original)
    this.#previews.set(fileId, { preview: bytes, grid: grid?.bytes })
    const describe = (bytes: Uint8Array) => ({ hash: hashOf(bytes), sizeBytes: Math.max(1, bytes.length) })
    return {
      ...{ fileId, libraryId: 1, root: '/photos', path: `${fileId}.jpg` },
      sizeBytes: original?.length ?? 1,
      contentHash: hashOf(original ?? bytes),
      preview: describe(bytes),
      grid: grid && { ...describe(grid.bytes), widthPx: grid.widthPx, heightPx: grid.heightPx },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vision.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
