import type { Logger } from 'pino'
import type { LiveEvent } from '../../protocol/live.ts'
import type { Database } from '../db/database.ts'
import { returnUnheld } from '../jobs/return-jobs.ts'
import { takeVisionReport } from '../models/take-vision-report.ts'
import { listSamples } from '../sources/list-samples.ts'
import { storeSources } from '../sources/store-sources.ts'
import { takePowerReport } from '../wake/take-power-report.ts'
import type { AgentWords } from './agent-words.ts'
import type { GreetedEvents } from './greeted-events.ts'
import type { Presence } from './presence.ts'

type MachineEvent = 'agent.power' | 'agent.vision' | 'sources.samples' | 'sources.report'

export type MachineEventsOptions = {
  db: Database
  log: Logger
  presence: Pick<Presence, 'left'>
  words: AgentWords
  onChange: (what: LiveEvent) => void
}

/** What agents say about the machine that they run on: its power, its models, the originals that it can read. */
export function createMachineEvents(options: MachineEventsOptions): GreetedEvents<MachineEvent> {
  const { db, log, presence, words, onChange } = options
  return {
    /** Of a machine that goes to sleep nothing more is expected: what it still held is for others at once. */
    'agent.power': async (agent, report) => {
      const stay = await takePowerReport(db, agent.agentId, report)
      if (report.state === 'sleeping' && !stay) {
        agent.isAsleep = true
        const returned = await returnUnheld(db, agent.agentId, agent.instance, [])
        await presence.left(agent.agentId, agent.sessionHash)
        log.info({ agent: agent.name, because: report.because, returned }, 'agent goes to sleep')
        if (returned > 0) words.hintWork()
        onChange('jobs')
      }
      onChange('agents')
      return { stay }
    },

    'agent.vision': async (agent, message) => {
      const { ready, isChanged } = await takeVisionReport(db, agent.agentId, message)
      agent.models = ready
      onChange('models')
      if (!isChanged) return {}
      onChange('agents')
      words.sendTo(agent.agentId, 'work.available', {})
      return {}
    },

    'sources.samples': async (agent, { limit }) => ({
      samples: await listSamples(db, agent.agentId, limit),
    }),

    'sources.report': async (agent, message) => {
      const { isNewlyProved } = await storeSources(db, agent, message.sources)
      onChange('agents')
      // It may have jobs now that only it can read.
      if (isNewlyProved) words.sendTo(agent.agentId, 'work.available', {})
      return {}
    },
  }
}
