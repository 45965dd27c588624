import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { openCage } from '../../../agents/cage/open-cage.ts'
import type { KnownModel } from '../../../agents/vision/models/examine-models.ts'
import { VisionHost } from '../../../agents/vision/session/vision-host.ts'
import { AgentConfig } from '../../../config/agent-config.ts'
import { toErrorBody } from '../../../protocol/errors.ts'
import type { ProviderReport } from '../../../protocol/models.ts'
import { readAgentFile } from '../../command/agent/offer-folders.ts'
import { modelsFolderOfAgent } from '../../command/models/models-folder.ts'
import { modelsOfMachine } from '../../command/models/models-of-machine.ts'
import type { Check, Finding } from '../finding.ts'

/** Loading the libraries of a GPU takes its time when it is done first. */
const PROBE_LIMIT_MS = 90_000

/** The models of this machine, and with what they can be run: tried as its agent tries it. */
export const checkModels: Check = async ({ data, state }) => {
  const file = readAgentFile(state)
  const shared = join(data, 'models')
  const folder = existsSync(shared) ? shared : modelsFolderOfAgent(state, file)
  if (!existsSync(folder)) return [noModels(folder)]
  const { models, problems } = await modelsOfMachine(folder)
  const ready = models.filter((model) => model.state === 'ready')
  const findings: Finding[] = [
    ready.length > 0 ? readyFinding(ready) : noModels(folder),
    // What Hearth could have is no fault; what somebody has brought here and cannot be run is.
    ...models
      .filter(({ state, folder }) => state !== 'ready' && (state !== 'missing' || existsSync(folder)))
      .map(wrongFinding),
    ...problems.map(
      ({ folder, reason }): Finding => ({
        name: 'models',
        result: 'warn',
        found: `${folder} is none`,
        advice: reason,
      }),
    ),
  ]
  if (ready.length === 0) return findings
  const config = AgentConfig.shape.vision.safeParse(file.vision ?? {})
  return config.success ? [...findings, ...(await providerFindings(folder, config.data))] : findings
}

function noModels(folder: string): Finding {
  return {
    name: 'models',
    result: 'ok',
    found: `none in ${folder}: this machine does not look at pictures`,
    advice: 'hearth models list shows those that can be had, hearth models pull gets one',
  }
}

function readyFinding(ready: readonly KnownModel[]): Finding {
  const found = ready.map(({ card }) => `${card.id} (${card.task})`).join(', ')
  return { name: 'models', result: 'ok', found }
}

function wrongFinding({ card, state, reason }: KnownModel): Finding {
  return {
    name: 'models',
    result: 'warn',
    found: `${card.id} is ${state}`,
    ...(reason && { advice: reason }),
  }
}

async function providerFindings(folder: string, config: AgentConfig['vision']): Promise<Finding[]> {
  const name = 'runs models'
  try {
    return [providerFinding(await probeProviders(folder, config))]
  } catch (error) {
    return [{ name, result: 'fail', found: toErrorBody(error).message }]
  }
}

/** @param providers in the order in which they were tried, up to the first that works */
export function providerFinding(providers: readonly ProviderReport[]): Finding {
  const name = 'runs models'
  const used = providers.find(({ works }) => works)
  const others = providers.filter(({ works }) => !works)
  const reasons = others.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ')
  if (used === undefined) {
    return {
      ...{ name, result: 'fail', found: `nothing can: ${reasons}` },
      advice: 'Let vision.providers name cpu, and install Hearth anew when that is what does not work',
    }
  }
  const found = `with ${used.provider}${others.length === 0 ? '' : ` (not with ${reasons})`}`
  return { name, result: 'ok', found }
}

/** Starts the process that runs models, in its cage, until it has said what works. */
async function probeProviders(
  modelsFolder: string,
  config: AgentConfig['vision'],
): Promise<ProviderReport[]> {
  const probed = Promise.withResolvers<ProviderReport[]>()
  const host = new VisionHost({
    ...{ cage: await openCage(), modelsFolder, config, log: pino({ level: 'silent' }) },
    onProviders: probed.resolve,
    onRefused: () => undefined,
  })
  const limit = setTimeout(
    () =>
      probed.reject(
        new Error(`the process that runs models says nothing within ${PROBE_LIMIT_MS / 1_000} s`),
      ),
    PROBE_LIMIT_MS,
  )
  host.start([])
  try {
    return await probed.promise
  } finally {
    clearTimeout(limit)
    await host.stop()
  }
}
