import { Worker } from 'node:worker_threads'
import type {
  FromSessionThread,
  SessionFault,
  SessionOptions,
  SessionThreadData,
  ToSessionThread,
} from './thread-messages.ts'

type Request = ToSessionThread extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

type Answer = Extract<FromSessionThread, { type: 'done' }>

/** The runtime's answer when it refuses. */
export class SessionError extends Error {
  readonly fault: SessionFault

  constructor(fault: SessionFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** @param isUrgent only for what somebody waits for; others give way */
export function startSessionThread({ isUrgent }: SessionThreadData): Worker {
  return new Worker(new URL('./session-thread.ts', import.meta.url), { workerData: { isUrgent } })
}

/** A thread that runs models (`session-thread.ts`), as those see it who give it work. It lives as long as its process. */
export class ThreadHandle {
  /** How its sessions are opened. */
  readonly sessionOptions: SessionOptions
  /** Loading and running; at most one run. */
  busy = 0
  readonly #worker: Worker
  readonly #pending = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  >()
  #lastId = 0

  /** @param worker one that has been started already */
  constructor(sessionOptions: SessionOptions, worker: Worker = startSessionThread({ isUrgent: false })) {
    this.sessionOptions = sessionOptions
    this.#worker = worker
    this.#worker.on('message', (message: FromSessionThread) => {
      const pending = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.type === 'done') pending?.resolve(message)
      else pending?.reject(new SessionError(message.fault, message.message))
    })
    // A fault of ours: the process ends and is replaced.
    this.#worker.on('error', (error) => {
      throw error
    })
  }

  /** @throws SessionError as the runtime says */
  ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Answer> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...request }, transfer)
    })
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}
