import { writeSync } from 'node:fs'
import { type Logger, pino } from 'pino'

const STANDARD_OUTPUT = 1
/** How long a reader that does not keep up is waited for; then the rest of the line is lost. */
const PATIENCE_MS = 1_000
const PAUSE_MS = 10

const clock = new Int32Array(new SharedArrayBuffer(4))

/**
 * The log of one process: a line of JSON for each entry, on standard output.
 *
 * Not by pino's own destination: when its reader has gone, a fatal entry makes that one try for ever (sonic-boom
 * 4.2, `flushSync`), so that an orphaned process never ends; and on a full disk it throws. No process may
 * depend on somebody reading what it says.
 */
export function createProcessLog(name: string, level: string): Logger {
  return pino({ name, level }, { write: writeLogLine })
}

/** @param line with its end */
export function writeLogLine(line: string): void {
  let rest = Buffer.from(line)
  const giveUpAt = performance.now() + PATIENCE_MS
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STANDARD_OUTPUT, rest))
    } catch (error) {
      const isBusy = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
      if (!isBusy || performance.now() > giveUpAt) return
      Atomics.wait(clock, 0, 0, PAUSE_MS)
    }
  }
}
