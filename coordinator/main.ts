import { CoordinatorConfig } from '../config/coordinator-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { createProcessLog } from '../config/process-log.ts'
import { runProcess } from '../config/run-process.ts'
import { startCoordinator } from './coordinator.ts'

/** The coordinator: holds the state, leases work to agents, serves API and web. */
const config = loadConfig(CoordinatorConfig, 'coordinator')
const log = createProcessLog('coordinator', config.logLevel)

if (config.modelsFolder !== null) log.warn('modelsFolder is for hearth coordinator: nothing looks at it here')

await runProcess(log, (closers) => startCoordinator(config, log, closers))
