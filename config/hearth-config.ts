import { z } from 'zod'
import { AgentConfig } from './agent-config.ts'
import { CoordinatorConfig } from './coordinator-config.ts'

/** The whole configuration: what a file may hold. Each process takes its section. */
export const HearthConfig = z.object({
  coordinator: CoordinatorConfig.describe('The process with the state, the web app and the API'),
  agent: AgentConfig.describe('A process that works on one machine: it reads folders, or thinks'),
})
export type SectionName = keyof typeof HearthConfig.shape
export const sectionNames = Object.keys(HearthConfig.shape) as SectionName[]
