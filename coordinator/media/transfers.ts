import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CoordinatorMessage } from '../../protocol/agents.ts'
import { AppError, ErrorBody, type ErrorCode } from '../../protocol/errors.ts'
import { createTransferId } from './transfer-id.ts'

type BytesWanted = Omit<CoordinatorMessage<'bytes.send'>, 'transferId'>

export type TransfersOptions = {
  /** Which coordinator waits for the bytes, should the agent send them to another. */
  coordinatorId: string
  /** Asks the agent; false when it is not connected. */
  sendToAgent: (agentId: number, message: CoordinatorMessage<'bytes.send'>) => Promise<boolean>
  /** How long an agent may take until its first byte. */
  waitMs?: number
}

const DEFAULT_WAIT_MS = 15_000
/** What an agent may say instead of sending bytes; anything else becomes `unavailable`. */
const agentReasons: readonly ErrorCode[] = [
  'file_missing',
  'file_unreadable',
  'file_changed',
  'library_offline',
  'refused_by_agent',
]

type Waiting = {
  agentId: number
  lengthBytes: number
  arrived: (upload: Upload) => void
  failed: (error: AppError) => void
}

/** The agent's request that carries the bytes, and the word to it when the browser has them. */
class Upload {
  readonly #body: Readable
  readonly #lengthBytes: number
  readonly #over = Promise.withResolvers<void>()

  constructor(body: Readable, lengthBytes: number) {
    this.#body = body
    this.#lengthBytes = lengthBytes
    // Whoever waits for `over` gets the rejection; nobody waiting is not an unhandled one.
    this.#over.promise.catch(() => {})
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  /**
   * Pipes into the answer at the reader's pace. When the reader goes, the agent's request is given up and
   * answered with an error that closes its connection. When the agent stops early or sends too much, the
   * answer is broken off, so that nobody takes it for whole.
   */
  async sendTo(answer: NodeJS.WritableStream): Promise<void> {
    try {
      await pipeline(this.#body, exactly(this.#lengthBytes), answer)
      this.#over.resolve()
    } catch (error) {
      this.#body.destroy()
      const gone = new AppError('conflict', 'Nobody waits for these bytes any more', { cause: error })
      this.#over.reject(error instanceof AppError ? error : gone)
      throw error
    }
  }
}

/**
 * Carries the bytes of originals from agents to browsers; the coordinator itself opens none.
 *
 * asked: from `ask()`, until the agent's PUT arrives, the time runs out or the reader goes. Flowing: from
 *   `receive()`, until all bytes have passed or one side has gone. An id is good for one PUT of one agent.
 */
export class Transfers {
  readonly #options: TransfersOptions
  readonly #waiting = new Map<string, Waiting>()

  constructor(options: TransfersOptions) {
    this.#options = options
  }

  get coordinatorId(): string {
    return this.#options.coordinatorId
  }

  /** @throws AppError `library_offline`, `unavailable`, or the reason that the agent gave */
  async ask(agentId: number, wanted: BytesWanted, signal: AbortSignal): Promise<Upload> {
    const transferId = createTransferId(this.coordinatorId)
    const { promise, resolve, reject } = Promise.withResolvers<Upload>()
    const stop = (): void => reject(new AppError('conflict', 'Nobody waits for these bytes any more'))
    const timer = setTimeout(() => {
      reject(
        new AppError('unavailable', 'The machine that has this file does not answer; try again in a moment'),
      )
    }, this.#options.waitMs ?? DEFAULT_WAIT_MS)
    const lengthBytes = wanted.end - wanted.start + 1
    this.#waiting.set(transferId, { agentId, lengthBytes, arrived: resolve, failed: reject })
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      if (!(await this.#options.sendToAgent(agentId, { transferId, ...wanted }))) {
        reject(
          new AppError(
            'library_offline',
            'The machine that has this file is not connected; start it and try again',
          ),
        )
      }
      return await promise
    } finally {
      this.#waiting.delete(transferId)
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  /**
   * Takes the agent's PUT; resolves when the browser has all of it.
   *
   * @throws AppError `not_found` for an id that is unknown, over, or another agent's
   */
  async receive(
    transferId: string,
    agentId: number,
    request: Readable,
    headers: UploadHeaders,
  ): Promise<void> {
    const waiting = this.#waiting.get(transferId)
    if (!waiting || waiting.agentId !== agentId) {
      throw new AppError('not_found', 'Nobody waits for this transfer; drop it')
    }
    this.#waiting.delete(transferId)
    if (headers.contentType?.startsWith('application/json')) {
      waiting.failed(await readReason(request))
      return
    }
    if (headers.contentLength !== undefined && headers.contentLength !== waiting.lengthBytes) {
      const error = new AppError(
        'file_changed',
        `The file is not as it was when it was read: ${headers.contentLength} bytes came instead of ${waiting.lengthBytes}; scan its library again`,
      )
      waiting.failed(error)
      throw error
    }
    const upload = new Upload(request, waiting.lengthBytes)
    waiting.arrived(upload)
    await upload.over
  }
}

export type UploadHeaders = { contentLength: number | undefined; contentType: string | undefined }

async function readReason(request: Readable): Promise<AppError> {
  const unknown = new AppError('unavailable', 'The machine that has this file could not send it')
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 16_384) return unknown
  }
  try {
    const { code, message } = ErrorBody.parse(JSON.parse(text))
    return new AppError(agentReasons.includes(code) ? code : 'unavailable', message)
  } catch {
    return unknown
  }
}

/** Fails when more or fewer than `lengthBytes` pass. */
function exactly(lengthBytes: number): Transform {
  let passed = 0
  const wrong = (): AppError =>
    new AppError('file_changed', `${lengthBytes} bytes were asked for and ${passed} came`)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length
      if (passed > lengthBytes) done(wrong())
      else done(null, chunk)
    },
    flush(done) {
      done(passed === lengthBytes ? null : wrong())
    },
  })
}
