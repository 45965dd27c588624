import { pino } from 'pino'
import { loadAgentKey } from '../../../agents/runtime/agent-key.ts'
import { connectAgent } from '../../../agents/runtime/connect-agent.ts'
import { noopCapability, noopContract, noopKind } from './noop-type.ts'

export type AgentRequest =
  | { type: 'start'; url: string; keyFolder: string; concurrency: number }
  /** Measures acknowledged messages that touch no database. */
  | { type: 'roundTrips'; count: number }

export type AgentAnswer =
  /** Handlers that started since the last such message; the newest at `atNs` of the machine's monotonic clock. */
  { type: 'ran'; jobs: number; atNs: string } | { type: 'roundTrips'; ms: number[] }

/** The agent's own runtime in a process of its own, with a handler that does nothing. */
let ran = 0
let pending = false
let line: ReturnType<typeof connectAgent>['line'] | undefined

process.on('message', async (request: AgentRequest) => {
  if (request.type === 'start') start(request)
  else process.send?.({ type: 'roundTrips', ms: await measure(request.count) } satisfies AgentAnswer)
})
process.on('disconnect', () => process.exit(0))

function start({ url, keyFolder, concurrency }: Extract<AgentRequest, { type: 'start' }>): void {
  const connected = connectAgent(
    {
      config: {
        name: 'bench',
        coordinatorUrls: [url],
        capabilities: [{ capability: noopCapability, concurrency }],
        roots: [],
      },
      key: loadAgentKey(keyFolder),
      handlers: new Map([[noopKind, { contract: noopContract, run: async () => noteStart() }]]),
      log: pino({ level: 'warn' }),
    },
    [],
  )
  line = connected.line
}

/** Told together for all that start in one turn: a message for each would be measured as well. */
function noteStart(): Record<string, never> {
  ran += 1
  if (pending) return {}
  pending = true
  const atNs = process.hrtime.bigint().toString()
  setImmediate(() => {
    pending = false
    process.send?.({ type: 'ran', jobs: ran, atNs } satisfies AgentAnswer)
    ran = 0
  })
  return {}
}

async function measure(count: number): Promise<number[]> {
  const ms: number[] = []
  for (let i = 0; i < count; i += 1) {
    const start = performance.now()
    await line?.request('lease.request', { slots: [] }, AbortSignal.timeout(10_000))
    ms.push(performance.now() - start)
  }
  return ms
}
