import { AgentConfig } from '../config/agent-config.ts'
import { environment } from '../config/environment.ts'
import { loadConfig } from '../config/load-config.ts'
import { createProcessLog } from '../config/process-log.ts'
import { runProcess } from '../config/run-process.ts'
import { startAgent } from './runtime/agent.ts'

/** An agent: dials out to its coordinator, pulls work that its configuration offers, pushes results. */
const config = loadConfig(AgentConfig, 'agent')
const log = createProcessLog(`agent ${config.name}`, config.logLevel)

await runProcess(log, (closers) => startAgent(config, log, closers, environment.path()))
