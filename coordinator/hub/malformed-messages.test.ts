import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AgentEvent, agentEvents } from '../../protocol/agents.ts'
import { errorRules } from '../../protocol/errors.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { ingestResult } from '../testing/vault-actor.ts'
import type { TestAgent } from './testing/test-agent.ts'
import { startHub, type TestHub } from './testing/test-hub.ts'

let fresh: FreshDatabase
let t: TestHub
beforeAll(async () => {
  fresh = await freshDatabase()
  t = await startHub(fresh.db)
})
afterAll(async () => {
  await t[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

const events = Object.keys(agentEvents) as AgentEvent[]
const nastyKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '\0', '\ud800']

const wellFormed: Record<AgentEvent, Record<string, unknown>> = {
  hello: {},
  'lease.request': { slots: [{ capability: 'ingest', count: 1, minPriority: 10 }] },
  'lease.renew': { leases: [{ jobId: 1, fencingToken: 1, progress: { done: 1, total: null } }] },
  'job.chunk': { jobId: 1, fencingToken: 1, seq: 0, chunk: { type: 'folders', folders: [] } },
  'job.progress': { jobs: [{ jobId: 1, fencingToken: 1, progress: { done: 1, total: 2 } }] },
  'job.complete': {
    jobs: [{ jobId: 1, fencingToken: 1, result: ingestResult({ content: 'x' }) }],
    slots: [],
  },
  'job.fail': {
    jobId: 1,
    fencingToken: 1,
    error: { code: 'internal', message: 'x' },
    log: [{ seq: 0, afterMs: 1, level: 'info', message: 'x' }],
  },
  'job.release': { leases: [{ jobId: 1, fencingToken: 1 }], reason: 'x' },
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
        running: {
          provider: 'cpu',
          batch: 1,
          picturesPerSecond: 1,
          stagesMs: { fetch: 1, decode: 1, prepare: 1, infer: 1, read: 1 },
        },
      },
    ],
    providers: [{ provider: 'cpu', works: true, reason: null }],
  },
  'sources.samples': { limit: 1 },
  'sources.report': {
    sources: [
      {
        libraryId: 1,
        place: 0,
        kind: 'smb',
        label: 'smb://nas/photos',
        state: 'proved',
        reason: null,
        megabytesPerSecond: 1,
        firstByteMs: 1,
      },
    ],
  },
}

/** Anything that JSON can carry, and what only JavaScript would make of it. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    null,
    -1,
    0,
    1.5,
    2 ** 53,
    1e308,
    '',
    'a\0b',
    '\udc80',
    '\ud800',
    [],
    {},
    Buffer.from('binary'),
    JSON.parse('{"__proto__":{"ok":true},"constructor":{"prototype":{"ok":true}}}'),
  ),
)

/** A well-formed message in which some places have been given something else. */
const damaged = (event: AgentEvent) =>
  fc
    .array(fc.tuple(fc.nat(), fc.oneof(anything, fc.constantFrom(...nastyKeys)), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    })
    .map((damages) => {
      const message = structuredClone(wellFormed[event])
      for (const [pick, value, addKey] of damages) {
        const places = placesIn(message)
        const { object, key } = places[pick % places.length] ?? { object: message, key: 'x' }
        const name = addKey ? nastyKeys[pick % nastyKeys.length]! : key
        Object.defineProperty(object, name, {
          value: ownCopy(value),
          enumerable: true,
          configurable: true,
          writable: true,
        })
      }
      return message
    })

/** Put in twice, one object would come to hold itself, for this message and all after it. */
function ownCopy(value: unknown): unknown {
  return Buffer.isBuffer(value) ? Buffer.from(value) : structuredClone(value)
}

function placesIn(value: unknown): { object: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.keys(value).flatMap((key) => [
    { object: value, key },
    ...placesIn((value as Record<string, unknown>)[key]),
  ])
}

/** The coordinator still works, and nothing has leaked into the objects of everybody. */
async function expectSound(agent: TestAgent): Promise<void> {
  expect(await agent.ask('lease.renew', { leases: [] })).toEqual({ gone: [] })
  expect(({} as Record<string, unknown>).ok).toBeUndefined()
  expect(await t.isOnline()).toBe(true)
}

test.each(events)(
  '"%s" with anything in it is answered, and what does not fit is a bad request',
  async (event) => {
    const agent = await t.greet()
    t.errors.length = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, damaged(event)), async (message) => {
        const reply = await agent.send(event, message)
        const parsed = agentEvents[event].message.safeParse(asReceived(message))
        expect(parsed.success || !reply.ok).toBe(true)
        if (reply.ok) return
        expect(Object.keys(errorRules)).toContain(reply.error.code)
        if (!parsed.success) expect(['bad_request', 'version_unsupported']).toContain(reply.error.code)
        expect(reply.error.code, reply.error.message).not.toBe('internal')
      }),
      { numRuns: 120 },
    )
    await expectSound(agent)
    expect(t.errors).toEqual([])
  },
)

/** As it comes out of the wire's JSON; binary parts stay what they are. */
function asReceived(message: unknown): unknown {
  return Buffer.isBuffer(message) ? message : JSON.parse(JSON.stringify(message) ?? 'null')
}

test.each(events)('"%s" nested very deeply is answered', async (event) => {
  const agent = await t.greet()
  const deep = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
  // Beyond this depth the sender's own encoder gives up.
  for (const depth of [50, 1_000, 4_000]) {
    const inside = Object.fromEntries(Object.keys(wellFormed[event]).map((key) => [key, deep(depth)]))
    for (const message of [deep(depth), inside]) {
      expect((await agent.refusal(event, message)).code).toBe('bad_request')
    }
  }
  await expectSound(agent)
})

test('a packet that no client would write ends its connection and nothing else', async () => {
  const packets = [
    `42/agents,["hello",${'['.repeat(200_000)}${']'.repeat(200_000)}]`,
    `42/agents,1["lease.renew"${',{}'.repeat(10_000)}]`,
    '42/agents,["__proto__",{"ok":true}]',
    '42/agents,["constructor"]',
    '42/agents,[]',
    '42/agents,{}',
    '42/agents,["lease.renew",{"__proto__":{"ok":true}}]',
    '42/agents,["disconnect"]',
    '42/agents,["connect_error"]',
    '45999999-/agents,["hello"]',
    '451-/agents,["hello",{"_placeholder":true,"num":"__proto__"}]',
    '4',
    'x',
    '43/agents,7["never asked"]',
    '\0',
  ]
  for (const packet of packets) {
    const agent = await t.dial()
    agent.socket.io.engine.write(packet.startsWith('4') ? packet.slice(1) : packet)
    // Answered after it, or the connection is gone.
    await Promise.race([agent.send('lease.renew', { leases: [] }).catch(() => {}), agent.untilGone()])
    agent.socket.disconnect()
  }
  await expectSound(await t.greet())
  expect(t.errors).toEqual([])
})

test('a result nested deeper than any file’s does no harm, and its job is tried again', async () => {
  t.vault.tree = { '': { 'a.jpg': { content: 'a' } } }
  await t.vault.scan()
  const agent = await t.greet()
  const [lease] = await agent.lease('ingest', 1)
  const tags = { 'XMP:Deep': JSON.parse(`${'['.repeat(4_000)}${']'.repeat(4_000)}`) }
  const result = { ...ingestResult({ content: 'a' }), metadata: { pass: 'fast', tags } }
  const { refused } = await agent.ask('job.complete', { jobs: [{ ...lease!, result }], slots: [] })
  expect(refused).toMatchObject([{ jobId: lease!.jobId, error: { code: 'internal' } }])
  expect((await t.jobRow(lease!.jobId)).state).toBe('queued')
  await expectSound(agent)
})
