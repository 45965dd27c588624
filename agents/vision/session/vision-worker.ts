import { AppError, toErrorBody } from '../../../protocol/errors.ts'
import type { ModelKey } from '../../../protocol/models.ts'
import type { Stopwatch } from '../families/family.ts'
import { hasEnoughPixels } from '../picture/enough-pixels.ts'
import { UnreadablePictureError } from '../picture/picture.ts'
import { EncodedPictures } from './encoded-pictures.ts'
import { encodeHalfVector } from './half-vector.ts'
import { LoadedModel } from './load-model.ts'
import { messageOf } from './message-of.ts'
import type { FromVision, ModelPlace, ToVision, VisionAnswer } from './messages.ts'
import { PictureStore, type StoredPicture } from './picture-store.ts'
import { emptyFindings, runLook } from './run-look.ts'
import { type RunningTask, withTask } from './running-task.ts'
import type { SessionThreads } from './session-threads.ts'

/**
 * Of the process's memory, for decoded pictures and for what encoders made of them each. With 4 GiB about fifty
 * previews: the other models look at a picture soon after the first one did. What SAM's encoders make has 4 to 16 MB.
 */
const KEPT_SHARE = 1 / 16

type Doing = Extract<ToVision, { type: 'do' }>

export type VisionWorkerOptions = {
  threads: SessionThreads
  provider: string
  send: (message: FromVision) => void
  /** Of the process. */
  memoryLimitBytes: number
}

/** Does what the agent asks for, with the models that it names. */
export class VisionWorker {
  readonly #threads: SessionThreads
  readonly #provider: string
  readonly #send: (message: FromVision) => void
  readonly #models = new Map<ModelKey, LoadedModel>()
  readonly #pictures: PictureStore
  readonly #encoded: EncodedPictures
  readonly #tasks = new Map<number, RunningTask>()

  constructor({ threads, provider, send, memoryLimitBytes }: VisionWorkerOptions) {
    this.#threads = threads
    this.#provider = provider
    this.#send = send
    this.#pictures = new PictureStore(memoryLimitBytes * KEPT_SHARE)
    this.#encoded = new EncodedPictures(memoryLimitBytes * KEPT_SHARE)
  }

  forget(id: number): void {
    const task = this.#tasks.get(id)
    if (task) task.isCancelled = true
  }

  keepOnly(keys: readonly ModelKey[]): void {
    const kept = new Set<string>(keys)
    for (const key of this.#models.keys()) if (!kept.has(key)) this.#models.delete(key)
    void this.#threads.keepOnly(kept)
  }

  async take(doing: Doing): Promise<void> {
    const { id, isUrgent, isAlone } = doing
    const task: RunningTask = {
      id,
      isUrgent,
      isAlone,
      isCancelled: false,
      inferMs: 0,
      provider: this.#provider,
      batch: 1,
    }
    this.#tasks.set(id, task)
    try {
      this.#send({ type: 'done', id, answer: await withTask(task, () => this.#answer(doing, task)) })
    } catch (error) {
      const { code, message } =
        error instanceof AppError
          ? toErrorBody(error)
          : { code: 'model_failed' as const, message: messageOf(error) }
      const { name } = doing.model.manifest
      this.#send({ type: 'failed', id, code, message: `${name}: ${message}` })
    } finally {
      this.#tasks.delete(id)
    }
  }

  async #answer({ work, model }: Doing, task: RunningTask): Promise<VisionAnswer> {
    const loaded = this.#modelAt(model)
    const watch = { prepare: 0, infer: 0, read: 0 }
    let picture: StoredPicture | undefined
    let inputSidePx = Number.POSITIVE_INFINITY
    const answer = (findings: VisionAnswer['findings'], problem: string | null): VisionAnswer => ({
      findings,
      problem,
      provider: task.provider,
      batch: task.batch,
      stagesMs: stagesOf(watch, picture?.decodeMs ?? 0, task),
      inputSidePx,
      needsLarger: false,
    })
    if (work.type === 'query') {
      const { vector, suggestions } = await (await loaded.open('text-embedder')).embedText(work.text)
      return answer({ embedding: vector && encodeHalfVector(vector), suggestions }, null)
    }
    inputSidePx = await loaded.inputSidePx(work.type)
    const { shrunkTo } = work.preview
    if (shrunkTo && !hasEnoughPixels(shrunkTo, inputSidePx)) {
      return { ...answer(emptyFindings(work), null), needsLarger: true }
    }
    try {
      picture = await this.#pictures.open(work.preview, {
        name: `${work.type} ${model.key}`,
        looksCloser: work.type === 'faces' && loaded.has('embedder'),
        isUrgent: task.isUrgent,
      })
      const context = { model: loaded, picture, watch, encoded: this.#encoded }
      return answer(await runLook(work, context), null)
    } catch (error) {
      if (error instanceof UnreadablePictureError) return answer(emptyFindings(work), error.message)
      throw error
    }
  }

  #modelAt(place: ModelPlace): LoadedModel {
    const known = this.#models.get(place.key)
    if (known) return known
    const loaded = new LoadedModel(place, this.#threads)
    this.#models.set(place.key, loaded)
    return loaded
  }
}

/** The family has decoded and waited for its turn on the way; the picture and the session know how long. */
function stagesOf(watch: Stopwatch, decode: number, { inferMs }: RunningTask): VisionAnswer['stagesMs'] {
  return { decode, prepare: Math.max(0, watch.prepare - decode), infer: inferMs, read: watch.read }
}
