import type { Bindings, Logger } from 'pino'
import type { LogLine } from '../../protocol/leases.ts'
import { logText } from './log-text.ts'

const levels = { info: 'info', warn: 'warn', error: 'error', fatal: 'error' } as const satisfies Record<
  string,
  LogLine['level']
>

/**
 * A child of the process's log that also tells each line from info upwards, whatever the process itself writes;
 * its own children do the same.
 */
export function createJobLog(
  parent: Logger,
  bindings: Bindings,
  tell: (level: LogLine['level'], text: string) => void,
): Logger {
  const telling = (log: Logger): void => {
    for (const level of Object.keys(levels) as (keyof typeof levels)[]) {
      // A child without options of its own inherits these methods and tells already.
      if (log !== jobLog && !Object.hasOwn(log, level)) continue
      const write = log[level] as (...call: unknown[]) => void
      log[level] = function (this: Logger, ...call: unknown[]) {
        tell(levels[level], logText(call))
        write.apply(this, call)
      }
    }
  }
  const jobLog = parent.child(bindings)
  telling(jobLog)
  jobLog.onChild = telling
  return jobLog
}
