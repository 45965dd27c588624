import { stat } from 'node:fs/promises'
import type { VisionTask } from '../../../protocol/models.ts'
import { SessionError, ThreadHandle } from '../session/thread-handle.ts'
import type { SessionFile, SessionOptions } from '../session/thread-messages.ts'
import type { Round } from './choose-counts.ts'
import { type SessionCounts, threadsFor } from './session-counts.ts'

/** The file with which a model looks at every picture, and how it is run. */
export type LookerFile = SessionFile & {
  task: VisionTask
  /** Width and height where the file leaves them open. */
  inputPx: readonly [number, number] | null
}

/** What else the machine does changes from second to second: every way is tried in each of them. */
const ROUNDS = 3
/** A large model takes long for each run: after so long no other round begins. */
const LONG_ENOUGH_MS = 10_000

/**
 * Tries the ways to share out the cores against each other, by running models with them. One that the runtime refuses is
 * left out: its looks will say why.
 *
 * @param ways two or more
 * @returns no round where there is nothing to measure with
 */
export async function measureCounts(
  provider: SessionOptions['provider'],
  ways: readonly SessionCounts[],
  lookers: readonly LookerFile[],
): Promise<Round[]> {
  const startedAt = performance.now()
  const opened = ways.map((counts) => ({
    counts,
    threads: Array.from(
      { length: counts.sessions },
      () => new ThreadHandle({ provider, threads: counts.threads }),
    ),
  }))
  const rounds: Round[] = []
  try {
    const slowest = await slowestOf(lookers, opened[0]!.threads[0]!)
    if (slowest.length === 0) return []
    for (let at = 0; at < ROUNDS && performance.now() - startedAt < LONG_ENOUGH_MS; at += 1) {
      const round: { counts: SessionCounts; picturesPerSecond: number[] }[] = []
      for (const { counts, threads } of opened) {
        const picturesPerSecond: number[] = []
        for (const looker of slowest) picturesPerSecond.push(await rateOf(threads, looker))
        round.push({ counts, picturesPerSecond })
      }
      rounds.push(round)
    }
    return rounds
  } finally {
    await Promise.all(opened.flatMap(({ threads }) => threads.map((thread) => thread.terminate())))
  }
}

/** Those that there is room for in all the threads that measure; others are held by few threads anyway. */
export async function fittingLookers(
  lookers: readonly LookerFile[],
  ways: readonly SessionCounts[],
  memoryLimitBytes: number,
): Promise<LookerFile[]> {
  const threads = ways.reduce((sum, { sessions }) => sum + sessions, 0)
  const sizes = await Promise.all(lookers.map(async ({ path }) => (await stat(path)).size))
  return lookers.filter((_, at) => threadsFor(sizes[at]!, memoryLimitBytes, threads) === threads)
}

/** Of each task the model that takes the most time, of those that the runtime takes. */
async function slowestOf(lookers: readonly LookerFile[], thread: ThreadHandle): Promise<LookerFile[]> {
  const slowest = new Map<VisionTask, { looker: LookerFile; rate: number }>()
  for (const looker of lookers) {
    try {
      const rate = await rateOf([thread], looker)
      if (rate < (slowest.get(looker.task)?.rate ?? Number.POSITIVE_INFINITY)) {
        slowest.set(looker.task, { looker, rate })
      }
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
    }
  }
  return [...slowest.values()].map(({ looker }) => looker)
}

/** Of all threads together; they begin when each has loaded the file. */
async function rateOf(threads: readonly ThreadHandle[], { inputPx, ...file }: LookerFile): Promise<number> {
  const options = (thread: ThreadHandle) => ({ file, options: thread.sessionOptions })
  await Promise.all(threads.map((thread) => thread.ask({ type: 'open', ...options(thread) })))
  const timed = await Promise.all(
    threads.map((thread) => thread.ask({ type: 'time', ...options(thread), inputPx })),
  )
  return timed.reduce((sum, { runsPerSecond }) => sum + runsPerSecond!, 0)
}
