import { join } from 'node:path'
import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import type { OfferedCapability } from '../../protocol/capability.ts'
import type { Cage } from '../cage/cage.ts'
import { openCage } from '../cage/open-cage.ts'
import type { InputReading } from '../sources/read-input.ts'
import { offeredWork, visionCapabilities } from '../vision/offered-work.ts'
import { Vision } from '../vision/vision.ts'
import { VisionReporter } from '../vision/vision-reporter.ts'
import type { ConnectedAgent } from './connect-agent.ts'
import type { JobHandlers } from './job-handler.ts'
import type { Offer } from './line/messages.ts'

export type StartedVision = {
  handlers: JobHandlers
  /** What this machine can do now, of what it might. */
  offerOf: (capabilities: readonly OfferedCapability[]) => Offer
  /** Called once, when there is a line to the coordinator: says how models stand, and what has changed since `said`. */
  connect: (options: {
    line: ConnectedAgent['line']
    reading: InputReading
    capabilities: readonly OfferedCapability[]
    said: Offer | undefined
  }) => void
}

/** Whether the configuration of a machine has work for models in it. */
export function needsVision({ capabilities }: Pick<AgentConfig, 'capabilities'>): boolean {
  return capabilities.some(({ capability }) => visionCapabilities.has(capability))
}

/**
 * Starts what a machine with models needs; gives the handlers of its jobs.
 *
 * @param vaultCage the cage of the vault on this machine, which need not be opened twice
 */
export async function startVision(
  config: AgentConfig,
  log: Logger,
  closers: Closers,
  vaultCage: Cage | undefined,
): Promise<StartedVision> {
  const vision = new Vision({
    cage: vaultCage ?? (await openCage()),
    modelsFolder: config.vision.modelsFolder ?? join(config.stateFolder, 'models'),
    config: config.vision,
    capabilities: config.capabilities,
    log: log.child({ part: 'vision' }),
  })
  closers.push(() => vision.stop())
  await vision.start()
  const reading = Promise.withResolvers<InputReading>()
  return {
    handlers: vision.handlers(() => reading.promise),
    offerOf: (capabilities) => offeredWork(capabilities, vision.models),
    connect: ({ line, reading: inputs, capabilities, said }) => {
      reading.resolve(inputs)
      const reporter = new VisionReporter({
        log,
        read: () => vision.report(),
        send: async (report, signal) => {
          await line.request('agent.vision', report, signal)
        },
      })
      let offered = JSON.stringify(said)
      const look = () => {
        const now = offeredWork(capabilities, vision.models)
        const text = JSON.stringify(now)
        if (text !== offered) line.setOffer(now)
        offered = text
        reporter.nudge()
      }
      vision.onChange(look)
      look()
      line.on('greeted', () => reporter.tellAgain())
      reporter.start()
      closers.push(() => reporter.stop())
    },
  }
}
