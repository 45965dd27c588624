import { flushCompileCache } from 'node:module'
import type { Logger } from 'pino'
import { toErrorBody } from '../protocol/errors.ts'

/** A process that hangs while stopping is ended after this long; nothing may depend on a clean stop. */
const STOP_LIMIT_MS = 20_000

const PARENT_CHECK_MS = 1_000

/** Called in reverse order of adding. */
export type Closers = (() => void | Promise<void>)[]

/** What a supervised process tells its supervisor. */
export type ProcessMessage =
  | { type: 'ready'; info: unknown }
  | { type: 'failed'; error: { code: string; message: string } }
  | { type: 'status'; status: unknown }
  | { type: 'report'; report: unknown }

/**
 * The life of one process: start, serve, stop.
 *
 * starting → running: `start` resolves; its value goes to the supervisor. Any → stopping: SIGTERM, SIGINT,
 *   a lost supervisor, an error while starting or one that nobody caught. Closers run in reverse order.
 * stopping → gone: all are closed, or the time limit, or a second signal.
 */
export async function runProcess(log: Logger, start: (closers: Closers) => Promise<unknown>): Promise<void> {
  const closers: Closers = []
  let stopping: Promise<void> | undefined

  const stop = (exitCode: number): Promise<void> => {
    stopping ??= close(closers, log).then(() => process.exit(exitCode))
    return stopping
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => (stopping ? process.exit(1) : void stop(0)))
  }
  process.on('disconnect', () => void stop(0))
  watchParent(() => void stop(0))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected error; stopping')
    void stop(1)
  })

  try {
    const info = await start(closers)
    send({ type: 'ready', info: info ?? null })
    // Node writes it when a process ends by itself; ours are killed now and then.
    flushCompileCache()
  } catch (error) {
    const body = toErrorBody(error)
    log.fatal(body.code === 'internal' ? { err: error } : { code: body.code }, body.message)
    send({ type: 'failed', error: { code: body.code, message: body.message } })
    await stop(1)
  }
}

/**
 * A supervisor that was killed closes the channel to its children. Once, in CI, one of them did not learn of
 * it (seen with the embedded database: the other end gone, `connected` still true). An orphan gets another
 * parent, so that is looked at too. Not on Windows, where a parent's number outlives it.
 */
function watchParent(onOrphaned: () => void): void {
  if (!process.connected) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onOrphaned()
  }, PARENT_CHECK_MS)
  timer.unref()
}

async function close(closers: Closers, log: Logger): Promise<void> {
  const limit = setTimeout(() => {
    log.error({ limitMs: STOP_LIMIT_MS }, 'stopping takes too long; ending')
    process.kill(process.pid, 'SIGKILL')
  }, STOP_LIMIT_MS)
  for (const closer of closers.reverse()) {
    try {
      await closer()
    } catch (error) {
      log.error({ err: error }, 'could not close cleanly')
    }
  }
  clearTimeout(limit)
}

/** To the supervisor, when there is one. That it has just gone is learned elsewhere. */
export function send(message: ProcessMessage): void {
  if (process.connected) process.send?.(message, () => {})
}
