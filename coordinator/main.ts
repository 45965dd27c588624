import { CoordinatorConfig } from '../config/coordinator-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { createProcessLog } from '../config/process-log.ts'
import { runProcess } from '../config/run-process.ts'
import { startCoordinator } from './coordinator.ts'

/** The coordinator: holds the state, leases work to agents, serves API and web. */
const config = loadConfig(CoordinatorConfig, 'coordinator')
const log = createProcessLog('coordinator', config.logLevel)

await runProcess(log, (closers) => startCoordinator(config, log, closers))
