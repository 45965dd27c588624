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
 * @returns no round where there is nothing to measure
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
    const able = await ableOf(opened[0]?.threads.slice(0, 1) ?? [], lookers)
    if (ways.length < 2 || able.length === 0) return []
    for (let at = 0; at < ROUNDS && performance.now() - startedAt < LONG_ENOUGH_MS; at += 1) {
      const round: { counts: SessionCounts; picturesPerSecond: number[] }[] = []
      for (const { counts, threads } of opened) {
        const picturesPerSecond: number[] = []
        for (const looker of able) picturesPerSecond.push(await rateOf(threads, looker))
        round.push({ counts, picturesPerSecond })
      }
      rounds.push(round)
    }
    return rounds
  } finally {
    await Promise.all(opened.flatMap(({ threads }) => threads.map((thread) => thread.terminate())))
  }
}

/**
 * Of each task the model that takes the most time, as far as that can be told from its size. One that there is no room
 * for in all the threads that measure is left out: it is held by few of them anyway.
 */
export async function pickLookers(
  lookers: readonly LookerFile[],
  ways: readonly SessionCounts[],
  memoryLimitBytes: number,
): Promise<LookerFile[]> {
  const threads = ways.reduce((sum, { sessions }) => sum + sessions, 0)
  const picked = new Map<VisionTask, { looker: LookerFile; size: number }>()
  for (const looker of lookers) {
    const { size } = await stat(looker.path)
    if (threadsFor(size, memoryLimitBytes, threads) < threads) continue
    if (size > (picked.get(looker.task)?.size ?? 0)) picked.set(looker.task, { looker, size })
  }
  return [...picked.values()].map(({ looker }) => looker)
}

async function ableOf(
  threads: readonly ThreadHandle[],
  lookers: readonly LookerFile[],
): Promise<LookerFile[]> {
  const able: LookerFile[] = []
  for (const looker of lookers) {
    try {
      await rateOf(threads, looker)
      able.push(looker)
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
    }
  }
  return able
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
