import type { ExecutionProvider } from '../../../config/agent-config.ts'

/** Sessions that run side by side, and how each runs. */
export type SessionCounts = {
  /** Threads that run models, each with sessions of its own. */
  sessions: number
  /** Threads of one session, on the processor. */
  threads: number
}

/** More would hold every model in memory once more. */
const MOST_SESSIONS = 4

/** More are of little use to a decoder of outlines. */
const MOST_URGENT_THREADS = 4

/**
 * What is taken where nothing has been measured. On the processor several sessions with few threads mostly do more than
 * one with all (docs/running-models.md). A GPU is driven by two, so that the next pictures are on their way while it
 * computes.
 *
 * @param cores of this machine
 */
export function usualCounts(provider: ExecutionProvider, cores: number): SessionCounts {
  return provider === 'cpu'
    ? withSessions(Math.min(MOST_SESSIONS, cores), cores)
    : { sessions: 2, threads: 1 }
}

/**
 * The ways to share out this machine's cores that are tried against each other, the usual one first. A GPU has one way:
 * to load a model once more may take minutes there, and memory that nobody has counted.
 */
export function possibleCounts(provider: ExecutionProvider, cores: number): SessionCounts[] {
  const usual = usualCounts(provider, cores)
  if (provider !== 'cpu') return [usual]
  const others = [1, 2, 3, 4].filter((sessions) => sessions <= cores && sessions !== usual.sessions)
  // Three sessions where cores divide by three, and nowhere else.
  return [usual, ...others.filter((sessions) => cores % sessions === 0).map((n) => withSessions(n, cores))]
}

/**
 * Threads of a session for what somebody waits for: it has one for itself, so that it waits for nobody's run. Null where
 * nothing runs long: there it waits for a turn like everybody else.
 */
export function urgentThreads(provider: ExecutionProvider, cores: number): number | null {
  return provider === 'cpu' ? Math.min(MOST_URGENT_THREADS, cores) : null
}

function withSessions(sessions: number, cores: number): SessionCounts {
  return { sessions, threads: Math.max(1, Math.floor(cores / sessions)) }
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
