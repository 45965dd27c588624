import type { Logger } from 'pino'
import type { CoordinatorConfig } from '../../config/coordinator-config.ts'
import { writeLogLine } from '../../config/process-log.ts'
import type { Closers } from '../../config/run-process.ts'
import { type CoordinatorInfo, startCoordinator } from '../../coordinator/coordinator.ts'
import { toErrorBody } from '../../protocol/errors.ts'
import { enrolmentOf } from './local-agent.ts'
import { SearchAgent } from './search-agent.ts'

/** A coordinator with what its configuration wants beside it. */
export async function startWithSearches(
  config: CoordinatorConfig,
  log: Logger,
  closers: Closers,
): Promise<CoordinatorInfo> {
  const searches = prepareSearches(config, log)
  if (searches === undefined) return await startCoordinator(config, log, closers)
  const { agent, enrolment } = searches
  const whole = { ...config, enrolledAgents: [...config.enrolledAgents, enrolment] }
  const info = await startCoordinator(whole, log, closers, {
    onCertificate: (fingerprint) => agent.certificateChanged(fingerprint),
  })
  agent.start(info)
  closers.push(() => agent.stop())
  return info
}

/** Undefined when nobody wants them, or this machine cannot: the coordinator serves all the same. */
function prepareSearches(config: CoordinatorConfig, log: Logger) {
  const { modelsFolder } = config
  if (modelsFolder === null) return undefined
  try {
    const onLine = (process: string, line: string) => passOn(log, process, line)
    const agent = new SearchAgent({ config, modelsFolder, onLine })
    return { agent, enrolment: enrolmentOf(agent.local) }
  } catch (error) {
    log.error(
      { reason: toErrorBody(error).message },
      'this machine answers no searches: its agent has no key',
    )
    return undefined
  }
}

/** Into this process's own log; what is no line of a log are the last words of a crash. */
function passOn(log: Logger, process: string, line: string): void {
  if (line.startsWith('{"level":')) writeLogLine(`${line}\n`)
  else log.warn({ process, line }, 'a process said')
}
