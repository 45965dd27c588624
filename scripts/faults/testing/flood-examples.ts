import { signature, type TestKey } from '../../../coordinator/hub/testing/test-agent.ts'
import { ingestResult } from '../../../coordinator/testing/vault-actor.ts'
import { type AgentEvent, agentEvents } from '../../../protocol/agents.ts'
import type { Challenge } from '../../../protocol/introduction.ts'
import { PROTOCOL_VERSION } from '../../../protocol/versions.ts'

/** One message of each event as an honest agent would send it, about a job that nobody has. */
const ref = { jobId: 9_007_199_254_740_991, fencingToken: 1 }
const log = [{ seq: 0, afterMs: 1, level: 'info', message: 'x' }]
const slots = [{ capability: 'detect', count: 1 }]

const honest: Record<AgentEvent, unknown> = {
  hello: {
    protocolVersion: PROTOCOL_VERSION,
    agentVersion: '0.1.0',
    instance: 'A'.repeat(22),
    name: 'flood',
    publicKey: 'A'.repeat(43),
    nonce: 'A'.repeat(43),
    signature: 'A'.repeat(86),
    facts: {
      hostName: 'flood',
      os: 'Linux',
      arch: 'x64',
      cpuModel: 'test',
      cpuCount: 2,
      memoryBytes: 1e9,
      gpu: null,
      macAddresses: [],
    },
    capabilities: [{ capability: 'detect', concurrency: 1 }],
    roots: ['/flood'],
    models: [],
    held: [ref],
  },
  'lease.request': { slots },
  'lease.renew': { leases: [{ ...ref, progress: { done: 1, total: null }, log }] },
  'job.chunk': { ...ref, seq: 0, chunk: { type: 'folders', folders: [] } },
  'job.progress': { jobs: [{ ...ref, progress: { done: 1, total: 2 } }] },
  'job.complete': { jobs: [{ ...ref, result: ingestResult({ content: 'x' }), log }], slots },
  'job.fail': { ...ref, error: { code: 'internal', message: 'x' }, log },
  'job.release': { leases: [ref], reason: 'x' },
  'agent.power': {
    state: 'awake',
    because: null,
    notBefore: '2026-01-01T10:00:00Z',
    yields: 'x',
    sleepsAfterMinutes: 1,
    canSleep: true,
    relays: true,
    problem: 'x',
  },
  'agent.vision': {
    models: [
      {
        key: 'yolo@0123456789ab',
        id: 'yolo',
        name: 'x',
        task: 'detect',
        family: 'x',
        licence: 'x',
        source: 'x',
        dimensions: null,
        queries: 'none',
        promptable: false,
        state: 'ready',
        reason: null,
        running: null,
      },
    ],
    providers: [{ provider: 'cpu', works: true, reason: null }],
  },
  'sources.samples': { limit: 1 },
  'sources.report': {
    sources: [
      {
        libraryId: ref.jobId,
        place: 0,
        kind: 'relay',
        label: 'x',
        state: 'failed',
        reason: 'x',
        megabytesPerSecond: null,
        firstByteMs: null,
      },
    ],
  },
}

export const floodEvents = Object.keys(agentEvents) as AgentEvent[]

/**
 * The honest message of one event.
 *
 * @throws Error when the protocol has changed and this example has not
 */
export function honestMessage(event: AgentEvent): unknown {
  const parsed = agentEvents[event].message.safeParse(honest[event])
  if (!parsed.success) throw new Error(`The example of "${event}" is out of date: ${parsed.error.message}`)
  return structuredClone(honest[event])
}

/** The honest first words of one who has a key. */
export function honestHello(key: TestKey, challenge: Challenge): unknown {
  const proof = { publicKey: key.publicKey, signature: signature(key, challenge) }
  return { ...(honestMessage('hello') as object), ...proof, held: [] }
}
