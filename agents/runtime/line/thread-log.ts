import { type Logger, pino } from 'pino'

/** A log in a thread whose lines the main thread writes into the process's own. */
export function threadLog(level: string, write: (line: string) => void): Logger {
  return pino({ level, base: null, timestamp: false }, { write })
}

/** Writes a line of `threadLog` into the process's log. */
export function writeThreadLine(log: Logger, line: string): void {
  const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg?: string }
  const name = pino.levels.labels[level] as 'info'
  log[name](fields, msg)
}
