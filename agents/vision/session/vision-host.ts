import type { Logger } from 'pino'
import type { AgentConfig, ExecutionProvider } from '../../../config/agent-config.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ModelKey, ProviderReport } from '../../../protocol/models.ts'
import type { Cage } from '../../cage/cage.ts'
import { type KeptCounts, keepCounts, readKeptCounts } from '../counts/kept-counts.ts'
import type { LookerFile } from '../counts/measure-counts.ts'
import type { SessionCounts } from '../counts/session-counts.ts'
import { blameOf } from './blame.ts'
import { gpuDevices, gpuReads } from './gpu-devices.ts'
import { KeptSuspects, nameOf } from './kept-suspects.ts'
import type { FromVision, ModelPlace, VisionAnswer, VisionWork } from './messages.ts'
import { type ChildEnd, VisionChild } from './vision-child.ts'
import { type WorkItem, WorkQueue } from './work-queue.ts'

/** Pauses before the process is started again, when it ended before it was ready: something here is wrong with it. */
const START_PAUSES_MS = [0, 1_000, 10_000, 60_000]
/** A model that has ended the process with so many pictures, and never an answer in between, is at fault itself. */
const MODEL_STRIKES = 3
/** A picture that has ended the process so often is not given to that model any more. */
const PICTURE_STRIKES = 3

export type VisionHostOptions = {
  cage: Cage
  modelsFolder: string
  config: AgentConfig['vision']
  log: Logger
  /** Sessions and threads, for measurements; default: what is best on this machine. */
  counts?: SessionCounts
  /** A process that says nothing for so long hangs; default: half a minute. */
  silenceMs?: number
  /** The process has found out which providers work. */
  onProviders: (providers: ProviderReport[]) => void
  /** The runtime refuses a model, or dies of it. */
  onRefused: (key: ModelKey, reason: string) => void
}

/**
 * The agent's side of the process that runs models: starts it, gives it work, replaces it when it ends.
 *
 * idle → starting: `start()`. starting → ready: a provider has passed its self-test, and it is known how many sessions do
 *   most; work is sent. any → starting: the
 *   process ended. What was in it is done again: at once, except for what may have ended it, which is done alone, one
 *   after the other, so that the one at fault is found and only its job fails. any → stopped: `stop()`.
 */
export class VisionHost {
  readonly #options: VisionHostOptions
  readonly #queue = new WorkQueue()
  readonly #suspects = new KeptSuspects()
  /** Pictures with which a model has ended the process since it last gave an answer. */
  readonly #strikes = new Map<ModelKey, Set<string>>()
  readonly #batchLimits = new Map<string, number>()
  readonly #crashed: ExecutionProvider[] = []
  #child: VisionChild | undefined
  #isReady = false
  #isStopped = false
  #trying: ExecutionProvider | undefined
  /** With which the best sessions and threads are found out; none after that has ended the process. */
  #lookers: readonly LookerFile[] = []
  #kept: KeptCounts | null = null
  #isMeasuring = false
  /** Less than the configuration allows after memory has run out. */
  #maxBatch: number
  #failedStarts = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: VisionHostOptions) {
    this.#options = options
    this.#maxBatch = options.config.maxBatch
  }

  /** Of the process that runs models; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** @param lookers the models that look at every picture here */
  start(lookers: readonly LookerFile[]): void {
    this.#lookers = lookers
    this.#kept = readKeptCounts(this.#options.modelsFolder)
    this.#startProcess()
  }

  #startProcess(): void {
    const { cage, modelsFolder, config, counts, silenceMs } = this.#options
    const usesGpu = config.providers.some((name) => name !== 'cpu')
    this.#isReady = false
    this.#isMeasuring = false
    this.#trying = undefined
    const child = new VisionChild({
      cage,
      needs: usesGpu
        ? { reads: [modelsFolder, ...gpuReads], devices: gpuDevices }
        : { reads: [modelsFolder] },
      memoryLimitBytes: config.memoryLimitBytes,
      silenceMs,
      onMessage: (message) => this.#take(message),
      onEnd: (end) => this.#ended(end),
    })
    this.#child = child
    child.send({
      type: 'setup',
      setup: {
        providers: config.providers,
        crashed: this.#crashed,
        sessions: counts?.sessions ?? null,
        threads: counts?.threads ?? (config.threads === 0 ? null : config.threads),
        kept: this.#kept,
        lookers: this.#lookers,
        maxBatch: this.#maxBatch,
        timeoutMs: config.timeoutMs,
        memoryLimitBytes: config.memoryLimitBytes,
        batchLimits: this.#batchLimits,
      },
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#child?.stop()
    for (const item of this.#queue.takeAll())
      item.reject(new AppError('unavailable', 'The agent is stopping'))
  }

  /**
   * Does one piece of work.
   *
   * @throws AppError `model_broken` or `model_failed` as the model said, `model_failed` when it ended its process;
   *   `unavailable` when the process cannot be started here; the signal's reason
   */
  run<T extends VisionWork['type']>(
    model: ModelPlace,
    work: Extract<VisionWork, { type: T }>,
    isUrgent: boolean,
    signal: AbortSignal,
  ): Promise<VisionAnswer<T>> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const item = this.#queue.add({
        model,
        work,
        isUrgent,
        isAlone: this.#suspects.has(model.key, work),
        resolve: resolve as WorkItem['resolve'],
        reject,
      })
      const onAbort = () => {
        if (this.#queue.remove(item.id)) this.#child?.send({ type: 'forget', id: item.id })
        reject(signal.reason)
        this.#sendMore()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      item.settled = () => signal.removeEventListener('abort', onAbort)
      this.#sendMore()
    })
  }

  /** Memory of models that are not among these is given back. */
  keepOnly(keys: readonly ModelKey[]): void {
    if (this.#isReady) this.#child?.send({ type: 'keepOnly', keys: [...keys] })
  }

  #take(message: FromVision): void {
    const { log } = this.#options
    switch (message.type) {
      case 'trying':
        log.debug({ provider: message.provider }, 'trying an execution provider')
        this.#trying = message.provider
        break
      case 'measuring':
        log.info('finding out how many sessions and threads do most on this machine')
        this.#isMeasuring = true
        this.#trying = undefined
        break
      case 'ready':
        this.#ready(message)
        break
      case 'done':
        this.#done(message.id, message.answer)
        break
      case 'failed':
        this.#failed(message.id, new AppError(message.code, message.message))
        break
      case 'batchLimit': {
        const { path, limit } = message
        log.info({ path, batch: limit }, 'runs fewer pictures at once: no memory')
        this.#batchLimits.set(path, limit)
      }
    }
  }

  #done(id: number, answer: VisionAnswer): void {
    const item = this.#queue.remove(id)
    if (item) {
      this.#strikes.delete(item.model.key)
      this.#suspects.clear(item.model.key, item.work)
    }
    item?.resolve(answer)
    this.#sendMore()
  }

  #failed(id: number, error: AppError): void {
    const item = this.#queue.remove(id)
    if (item && error.code === 'model_broken') this.#options.onRefused(item.model.key, error.message)
    item?.reject(error)
    this.#sendMore()
  }

  #ready({ provider, providers, measured }: Extract<FromVision, { type: 'ready' }>): void {
    const { log, onProviders } = this.#options
    onProviders(providers)
    this.#trying = undefined
    this.#isMeasuring = false
    if (measured !== null) this.#keep(measured)
    if (provider === null) {
      log.error({ providers }, 'no execution provider works on this machine')
      void this.#child?.stop()
      return
    }
    log.info({ provider, pid: this.#child?.pid }, 'models can be run')
    this.#failedStarts = 0
    this.#isReady = true
    this.#sendMore()
  }

  #keep(measured: KeptCounts): void {
    const { modelsFolder, log } = this.#options
    this.#kept = measured
    log.info(measured, 'found out how many sessions and threads do most on this machine')
    keepCounts(modelsFolder, measured).catch((error: unknown) =>
      log.warn({ err: error }, 'cannot write down what was measured: it is measured again at the next start'),
    )
  }

  #sendMore(): void {
    if (!this.#isReady) return
    for (let item = this.#queue.next(); item; item = this.#queue.next()) {
      const { id, model, work, isUrgent, isAlone } = item
      this.#child?.send({ type: 'do', id, model, work, isUrgent, isAlone })
    }
  }

  #ended(end: ChildEnd): void {
    if (this.#isStopped) return
    const { log } = this.#options
    // Without the processor there would be nothing left to try: whatever ended its test may be over the next time.
    if (this.#trying !== undefined && this.#trying !== 'cpu') this.#crashed.push(this.#trying)
    if (this.#isMeasuring) this.#lookers = []
    const sent = this.#queue.sent()
    const blamed = blameOf(end, sent)
    log.warn(
      { end, sent: sent.length, blamed: blamed.map(({ id }) => id) },
      'the process that runs models ended',
    )
    const [only] = blamed
    // Only what was alone, or was seen not to end, is surely at fault: one that nobody waited for may have been.
    if (blamed.length === 1 && only && (only.isAlone || end.type === 'stuck')) this.#convict(only, end)
    else for (const item of blamed) item.isAlone = true
    if (end.type === 'memory' && sent.length > 1) this.#maxBatch = Math.max(1, Math.floor(this.#maxBatch / 2))
    this.#queue.sendAgain()
    const wasReady = this.#isReady
    this.#isReady = false
    if (!wasReady) this.#failedStarts += 1
    // So often that it is no accident: whoever waits learns of it, and others that come.
    if (this.#failedStarts >= START_PAUSES_MS.length) this.#giveUpWork(end)
    const pauseMs = START_PAUSES_MS[Math.min(this.#failedStarts, START_PAUSES_MS.length - 1)]
    this.#timer = setTimeout(() => this.#startProcess(), wasReady ? 0 : pauseMs)
  }

  /** The only one that can have ended the process. */
  #convict(item: WorkItem, end: ChildEnd): void {
    this.#queue.remove(item.id)
    const { key, manifest } = item.model
    const times = this.#suspects.add(key, item.work)
    const reason = `${manifest.name} ${sentenceOf(end)}`
    const pictures = this.#strikes.get(key) ?? new Set()
    this.#strikes.set(key, pictures.add(nameOf(key, item.work)))
    if (pictures.size >= MODEL_STRIKES) {
      const how = `${reason}, with ${pictures.size} pictures and never an answer in between`
      this.#options.onRefused(key, `${how}: replace its files`)
    }
    item.reject(
      times >= PICTURE_STRIKES
        ? new AppError(
            'quarantined',
            `${reason}, ${times} times with this picture: it is not tried again by itself`,
          )
        : new AppError('model_failed', reason),
    )
  }

  #giveUpWork(end: ChildEnd): void {
    const message = `The process that runs models does not start on this machine (${sentenceOf(end)}); its agent's log says more`
    for (const item of this.#queue.takeAll()) item.reject(new AppError('unavailable', message))
  }
}

function sentenceOf(end: ChildEnd): string {
  switch (end.type) {
    case 'stuck':
      return 'did not come to an end in time'
    case 'memory':
      return `needed more memory than vision.memoryLimitBytes allows (${end.how}): raise it, or use a smaller model`
    case 'silent':
      return `hung (${end.how})`
    case 'stopped':
    case 'gone':
      return `ended its process (${end.how})`
  }
}
