import { fileURLToPath } from 'node:url'
import { AppError } from '../../../protocol/errors.ts'
import { displayPathName } from '../../../protocol/path-name.ts'
import type { ScanInput, ScanResult } from '../../../protocol/scan.ts'
import type { Cage } from '../../cage/cage.ts'
import { forkCaged } from '../../cage/fork-caged.ts'
import type { JobContext, JobHandler } from '../../runtime/job-handler.ts'
import { endProcess } from '../end-process.ts'
import { currentGroupOf } from '../root-groups.ts'
import type { ScanMessage, ScanRequest } from './messages.ts'
import type { ScanOptions } from './scan-library.ts'

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))
const STALL_TIMEOUT_MS = 60_000

export type ScanHandlerOptions = ScanOptions & {
  cage: Cage
  /** Longest silence of a disk while it is walked; default 60 s. */
  stallTimeoutMs?: number
}

/**
 * Runs `library.scan` in a process of its own: a share that is gone without a word can hang whoever
 * looks at it, and only a process can be ended then.
 */
export function createScanHandler(options: ScanHandlerOptions): JobHandler<'library.scan'> {
  return async (input, context) => {
    context.signal.throwIfAborted()
    const child = forkCaged(options.cage, ENTRY, [], {
      reads: currentGroupOf(input.root, options.roots).roots,
    })
    const { promise, resolve, reject } = Promise.withResolvers<ScanResult>()
    const onAbort = () => reject(context.signal.reason)
    context.signal.addEventListener('abort', onAbort)
    child.on('error', reject)
    child.once('exit', (status, signalName) =>
      reject(new AppError('internal', `The scan process ended (${signalName ?? `status ${status}`})`)),
    )
    const watch = new Silence(options.stallTimeoutMs ?? STALL_TIMEOUT_MS, () => reject(stalled(input)))
    const send = (request: ScanRequest) => child.send(request, () => undefined)
    child.on('message', (message: ScanMessage) => {
      watch.restart()
      if (message.type === 'done') resolve(message.result)
      else if (message.type === 'failed') reject(new AppError(message.code, message.message))
      else if (message.type === 'progress') context.reportProgress(message.files, null)
      else if (message.type === 'chunk') void answerChunk(message, context, watch, send).catch(reject)
    })
    const { roots, dataFolders } = options
    send({ type: 'scan', input, options: { roots, dataFolders } })
    try {
      return await promise
    } finally {
      watch.stop()
      context.signal.removeEventListener('abort', onAbort)
      child.removeAllListeners('message')
      // Not awaited: one that hangs in a dead disk is gone when that answers.
      void endProcess(child)
    }
  }
}

/** The clock stands still meanwhile: it is the coordinator that takes its time. */
async function answerChunk(
  { chunk }: Extract<ScanMessage, { type: 'chunk' }>,
  context: JobContext,
  watch: Silence,
  send: (request: ScanRequest) => void,
): Promise<void> {
  watch.stop()
  const answer = await context.sendChunk(chunk)
  watch.restart()
  send({ type: 'answer', answer })
}

function stalled(input: ScanInput): AppError {
  return new AppError(
    'timed_out',
    `Scanning ${displayPathName(input.root)} stopped: its disk or share does not answer any more`,
  )
}

/** Calls back when nothing was heard for a while. */
class Silence {
  readonly #timeoutMs: number
  readonly #onSilence: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number, onSilence: () => void) {
    this.#timeoutMs = timeoutMs
    this.#onSilence = onSilence
    this.restart()
  }

  restart(): void {
    this.stop()
    this.#timer = setTimeout(this.#onSilence, this.#timeoutMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
