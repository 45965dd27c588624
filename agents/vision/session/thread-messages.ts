import type { ExecutionProvider } from '../../../config/agent-config.ts'
import type { Tensor, TensorShape } from './session.ts'

/** How sessions are opened on this machine. */
export type SessionOptions = {
  /** The one that has passed its self-test. */
  provider: ExecutionProvider
  /** Of one session, on the processor. */
  threads: number
}

/** A file of a model. Under the same path there may be another tomorrow. */
export type SessionFile = { modelKey: string; path: string }

/** To a thread that holds sessions. It does one thing after the other; each is answered with `done` or `failed`. */
export type ToSessionThread = { id: number } & (
  | { type: 'test'; options: SessionOptions }
  /** Opens a file if it is not open yet, and tells what it takes and gives. */
  | { type: 'open'; file: SessionFile; options: SessionOptions }
  /** Opens it first where that has not been done. */
  | { type: 'run'; file: SessionFile; options: SessionOptions; feeds: Record<string, Tensor> }
  /** Runs it with a picture of nothing for a moment, to see how long it takes. */
  | { type: 'time'; file: SessionFile; options: SessionOptions; inputPx: readonly [number, number] | null }
  | { type: 'close'; file: SessionFile }
)

export type OpenedFile = {
  inputs: readonly TensorShape[]
  outputs: readonly TensorShape[]
  /** Another than was asked for where that one could not take this file. */
  provider: ExecutionProvider
}

export type RunAnswer = {
  outputs: Record<string, Tensor>
  /** Of the run alone. */
  inferMs: number
  provider: ExecutionProvider
}

/** `broken`: the file is not what it should be. `memory`: there was not enough. `failed`: anything else. */
export type SessionFault = 'broken' | 'memory' | 'failed'

export type FromSessionThread = {
  id: number
} /** `spent`: the blocks that the run was fed with, to be used again. */ & (
  | { type: 'done'; opened?: OpenedFile; ran?: RunAnswer; spent?: Float32Array[]; runsPerSecond?: number }
  | { type: 'failed'; fault: SessionFault; message: string }
)

export function nameOfFile({ modelKey, path }: SessionFile): string {
  return `${modelKey} ${path}`
}

/** What a session thread is started with. */
export type SessionThreadData = { isUrgent: boolean }
