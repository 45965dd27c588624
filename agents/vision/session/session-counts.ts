import type { ExecutionProvider } from '../../../config/agent-config.ts'

export type SessionCounts = {
  /** Threads that run models, each with sessions of its own. */
  sessions: number
  /** Threads of one session, on the processor. */
  threads: number
  /** Of each session for what somebody waits for; null: those wait for a turn like everybody else. */
  urgentThreads: number | null
}

/** More would hold every model in memory once more. */
const MOST_SESSIONS = 4

/** More are of little use to a decoder of outlines. */
const MOST_URGENT_THREADS = 4

/**
 * How many sessions run side by side, and with how many threads each. On the processor several sessions with few
 * threads do more than one with all (docs/running-models.md), and a click has a session for itself. A GPU is driven by two, so
 * that the next pictures are on their way while it computes; nothing runs long there.
 *
 * @param cores of this machine
 */
export function sessionCounts(provider: ExecutionProvider, cores: number): SessionCounts {
  if (provider !== 'cpu') return { sessions: 2, threads: 1, urgentThreads: null }
  const sessions = Math.min(MOST_SESSIONS, cores)
  return {
    sessions,
    threads: Math.max(1, Math.floor(cores / sessions)),
    urgentThreads: Math.min(MOST_URGENT_THREADS, cores),
  }
}

/** A model file may fill so much of the memory, all threads together; running it takes about as much again. */
const MODEL_SHARE = 0.25

/**
 * How many of the threads hold a model: each has its weights once more.
 *
 * @param sizeBytes of its file
 * @param memoryLimitBytes of the process
 */
export function threadsFor(sizeBytes: number, memoryLimitBytes: number, threads: number): number {
  const fitting = Math.floor((memoryLimitBytes * MODEL_SHARE) / Math.max(1, sizeBytes))
  return Math.max(1, Math.min(threads, fitting))
}
