import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { startPower } from '../../../agents/power/start-power.ts'
import { loadAgentKey } from '../../../agents/runtime/agent-key.ts'
import { connectAgent } from '../../../agents/runtime/connect-agent.ts'
import type { JobContext } from '../../../agents/runtime/job-handler.ts'
import { AgentConfig } from '../../../config/agent-config.ts'
import { environment } from '../../../config/environment.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { runProcess } from '../../../config/run-process.ts'
import {
  monotonicMs,
  PROBE_KIND,
  type ProbeEffect,
  type ProbeInput,
  type ProbeResult,
  probeBytes,
  probeContract,
} from './probe-work.ts'

/** How often a running handler leaves a sign in `STATE_FOLDER/effects`. */
const EFFECT_INTERVAL_MS = 50

/** An agent with the real runtime and one handler of the tests' own. */
const config = loadConfig(AgentConfig)
const log = pino({ name: `agent ${config.name}`, level: config.logLevel })
const runBy = `${config.name} ${randomUUID()}`

await runProcess(log, async (closers) => {
  const key = loadAgentKey(config.stateFolder)
  const run = (input: unknown, context: JobContext) => work(input as ProbeInput, context)
  const handlers = new Map([[PROBE_KIND, { contract: probeContract, run }]])
  const agent = connectAgent({ config, key, handlers, log }, closers)
  startPower(agent, { power: config.power, log, searchPath: environment.path() }, closers)
})

async function work({ jobId, token, does, workMs }: ProbeInput, context: JobContext): Promise<ProbeResult> {
  const giveSign = () => {
    const effect: ProbeEffect = { jobId, token, runBy, atMs: monotonicMs(), wallMs: Date.now() }
    appendFileSync(join(config.stateFolder, 'effects'), `${JSON.stringify(effect)}\n`)
  }
  giveSign()
  if (does === 'abort') process.abort()
  const endAt = performance.now() + workMs
  while (performance.now() < endAt) {
    if (does === 'wait') {
      await sleep(Math.min(EFFECT_INTERVAL_MS, endAt - performance.now()), undefined, {
        signal: context.signal,
      })
      giveSign()
    }
  }
  const bytes = probeBytes(jobId, token)
  const hash = createHash('sha256').update(bytes).digest('hex')
  await context.storeDerived([{ hash, bytes, mimeType: 'application/octet-stream' }])
  giveSign()
  return { token, derivedHash: hash, runBy }
}
