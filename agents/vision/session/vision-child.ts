import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Cage, CageNeeds } from '../../cage/cage.ts'
import { forkCaged } from '../../cage/fork-caged.ts'
import { endProcess } from '../../vault/end-process.ts'
import { watchMemory } from '../../vault/watch-memory.ts'
import type { FromVision, ToVision } from './messages.ts'

/** The program that runs models. */
export const VISION_ENTRY = fileURLToPath(new URL('./vision-process.ts', import.meta.url))
/** A process that says nothing for so long hangs: it says that it is alive every second. */
const SILENCE_MS = 30_000
/** Loading our code and the runtime takes a second, and much longer on a machine that is busy with everything else. */
const START_LIMIT_MS = 120_000
/** What Node itself may hold beside models and pictures: code, threads, reserves. */
const OWN_DATA_BYTES = 4 * 1024 ** 3

/** Why the process has ended, as far as is known: the first reason counts. */
export type ChildEnd =
  | { type: 'stuck'; ids: readonly number[] }
  | { type: 'memory' | 'silent' | 'stopped' | 'gone'; how: string }

export type VisionChildOptions = {
  cage: Cage
  needs: CageNeeds
  memoryLimitBytes: number
  silenceMs?: number
  onMessage: (message: FromVision) => void
  onEnd: (end: ChildEnd) => void
}

/**
 * One process that runs models, as its parent sees it.
 *
 * running → ended, once: it exits by itself, or it is killed because a run does not end, because it holds too much
 * memory, because it says nothing any more, or because the agent stops. There is no way back: the host starts another.
 */
export class VisionChild {
  readonly #options: VisionChildOptions
  readonly #child: ChildProcess
  readonly #over = new AbortController()
  #silence: NodeJS.Timeout | undefined

  constructor(options: VisionChildOptions) {
    const { cage, needs, memoryLimitBytes } = options
    this.#options = options
    this.#child = forkCaged(cage, VISION_ENTRY, [], {
      ...needs,
      maxDataBytes: memoryLimitBytes + OWN_DATA_BYTES,
    })
    this.#child.on('message', (message: FromVision) => this.#take(message))
    this.#child.once('exit', (status, signalName) =>
      this.#end({ type: 'gone', how: signalName ?? `status ${status}` }),
    )
    this.#child.on('error', (error) => this.#end({ type: 'gone', how: String(error) }))
    void watchMemory(
      this.#child.pid ?? 0,
      memoryLimitBytes,
      () => this.#kill({ type: 'memory', how: `more than ${Math.round(memoryLimitBytes / 1024 ** 2)} MB` }),
      this.#over.signal,
    )
    this.#listen(START_LIMIT_MS)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(message: ToVision): void {
    // That it has just ended is learned from its end.
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  async stop(): Promise<void> {
    this.#kill({ type: 'stopped', how: 'the agent stops' })
    await endProcess(this.#child)
  }

  #take(message: FromVision): void {
    // What was on its way when the process was killed is too late.
    if (this.#over.signal.aborted) return
    this.#listen()
    if (message.type === 'stuck') this.#kill(message)
    else this.#options.onMessage(message)
  }

  #listen(limitMs = this.#options.silenceMs ?? SILENCE_MS): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(
      () => this.#kill({ type: 'silent', how: `silent for ${limitMs / 1_000} s` }),
      limitMs,
    )
  }

  #kill(end: ChildEnd): void {
    this.#child.kill('SIGKILL')
    this.#end(end)
  }

  #end(end: ChildEnd): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    clearTimeout(this.#silence)
    this.#options.onEnd(end)
  }
}
