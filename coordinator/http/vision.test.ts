import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import { encodeMask } from '../../protocol/rle.ts'
import { markConnected } from '../testing/mark-connected.ts'
import { halfVector, keyOf, looked, VisionActor } from '../testing/vision-actor.ts'
import { needsOf } from '../wake/choose-wakes.ts'
import { readSleepers } from '../wake/read-sleepers.ts'
import { readWaitingLanes } from '../wake/read-waiting-lanes.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
let worker: VisionActor
let assetId = 0
let cookie = ''
const point = { points: [{ at: [0.5, 0.5], inside: true }], box: null }
const mask = encodeMask(new Uint8Array(75 * 100).fill(1, 100, 500), 75, 100)

beforeAll(async () => {
  server = await startTestServer()
  const nas = await addAgent(server.db, 'nas', ['/photos'])
  assetId = (await addSampleAsset(server.db, server.store, { agentId: nas.id })).assetId
  cookie = await cookieOf(server.db, 'admin')
  worker = await VisionActor.create(server.db)
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { cookie, 'content-type': 'application/json', origin: server.url },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** What the worker gets as soon as there is something. */
function nextLease(capability: 'segment' | 'query'): Promise<Lease> {
  return vi.waitFor(
    async () => {
      const [lease] = await worker.lease(capability, 1)
      if (!lease) throw new Error('Nothing to do yet')
      return lease
    },
    { timeout: 5_000, interval: 10 },
  )
}

async function finish(lease: Lease, result: unknown): Promise<void> {
  await worker.complete(lease, result)
  server.ends.tell([{ jobId: lease.jobId }])
}

test('without a model each route says what to do', async () => {
  for (const [method, path, body] of [
    ['GET', '/api/search?q=cat', undefined],
    ['GET', `/api/assets/${assetId}/similar`, undefined],
    ['POST', `/api/assets/${assetId}/segment`, point],
    ['POST', '/api/models/detect/run', { which: 'all' }],
  ] as const) {
    expect(await send(method, path, body)).toMatchObject({
      status: 409,
      body: { error: { code: 'model_missing', message: expect.stringContaining('hearth models pull') } },
    })
  }
})

test('who points at something gets its outline from the worker', async () => {
  await worker.report({ id: 'sam', task: 'segment' })
  const asked = send('POST', `/api/assets/${assetId}/segment`, point)
  const lease = await nextLease('segment')
  expect(lease).toMatchObject({
    kind: 'asset.prompt',
    priority: 50,
    input: { model: keyOf('sam'), prompt: point },
  })
  await finish(lease, { ...looked(lease), mask, box: [0, 0, 0.5, 0.5], score: 0.9 })
  expect(await asked).toMatchObject({
    status: 200,
    body: { mask, box: [0, 0, 0.5, 0.5], score: 0.9, model: keyOf('sam'), stagesMs: { decode: 2 } },
  })
})

test('an outline that came to this coordinator is answered as it came', async () => {
  const asked = send('POST', `/api/assets/${assetId}/segment`, point)
  const lease = await nextLease('segment')
  const result = { ...looked(lease), mask, box: [0, 0, 0.25, 0.5], score: 0.8 }
  await worker.complete(lease, result)
  server.ends.tell([{ jobId: lease.jobId, taken: { result } }])
  const answer = await asked
  expect(answer).toMatchObject({ status: 200, body: { mask, score: 0.8, model: keyOf('sam') } })
  const row = await server.db.selectFrom('prompt').select('answer').orderBy('id', 'desc').executeTakeFirst()
  expect(answer.body).toEqual(row?.answer)
})

test('an outline that cannot be had comes with the reason', async () => {
  for (const [result, code] of [
    [{ mask: encodeMask(new Uint8Array(76 * 100), 76, 100) }, 'bad_request'],
    [{ previewHash: 'a'.repeat(64) }, 'file_changed'],
    [{ problem: 'not a JPEG' }, 'model_failed'],
  ] as const) {
    const asked = send('POST', `/api/assets/${assetId}/segment`, point)
    const lease = await nextLease('segment')
    const whole = { ...looked(lease), mask: null, box: null, score: 0, ...result }
    await expect(finish(lease, whole)).rejects.toMatchObject({ code })
    server.ends.tell([{ jobId: lease.jobId }])
    expect(await asked).toMatchObject({ body: { error: { code } } })
  }
})

test('a pointing finger that has gone is not answered any more', async () => {
  const gone = new AbortController()
  const asked = send('POST', `/api/assets/${assetId}/segment`, point, gone.signal)
  const lease = await nextLease('segment')
  gone.abort()
  await expect(asked).rejects.toThrow()
  await expect
    .poll(async () => {
      const job = await server.db.selectFrom('job').select('state').where('id', '=', lease.jobId).execute()
      return job[0]?.state
    })
    .toBe('cancelled')
  expect(server.sent).toContainEqual(
    expect.objectContaining({ agentId: worker.agentId, event: 'lease.revoked' }),
  )
})

test('what nobody can answer now is refused at once, with what it would take', async () => {
  await sql`update agent set draining = true where id = ${worker.agentId}`.execute(server.db)
  const { status, body } = await send('POST', `/api/assets/${assetId}/segment`, point)
  expect(status).toBe(409)
  expect(body).toMatchObject({ error: { code: 'model_missing', message: expect.stringContaining('“gpu”') } })
  await sql`update agent set draining = false where id = ${worker.agentId}`.execute(server.db)
  expect(await send('POST', '/api/assets/4711/segment', point)).toMatchObject({ status: 404 })
})

test.each([
  ['neither a point nor a box', { points: [], box: null }],
  ['a point far outside', { points: [{ at: [5, 0], inside: true }], box: null }],
  ['too many points', { points: Array(33).fill(point.points[0]), box: null }],
  ['something more', { ...point, model: 'sam' }],
])('%s is no question', async (_what, body) => {
  expect(await send('POST', `/api/assets/${assetId}/segment`, body)).toMatchObject({ status: 400 })
})

test('words are asked of a worker once, and answered from memory afterwards, also when it has gone', async () => {
  await worker.report({ id: 'clip', task: 'embed', dimensions: 2, queries: 'text' })
  await sql`insert into asset_embedding (asset_id, model_id, vector)
    select ${assetId}, id, '[0.6,0.8]' from model where key = ${keyOf('clip')}`.execute(server.db)
  const asked = Promise.all([
    send('GET', '/api/search?q=a%20Dog'),
    send('GET', '/api/search?q=%20a%20%20dog&kind=image'),
    send('GET', '/api/search?q=A%20DOG&kind=video'),
  ])
  const lease = await nextLease('query')
  expect(lease.input).toEqual({ model: keyOf('clip'), text: 'a dog' })
  await finish(lease, { embedding: halfVector([0.6, 0.8]), suggestions: [] })
  const [all, images, videos] = await asked
  expect(all).toMatchObject({
    status: 200,
    body: { model: keyOf('clip'), nextCursor: null, suggestions: [] },
  })
  const [tile] = all.body.items as { id: number; score: number }[]
  expect(tile!.id).toBe(assetId)
  expect(tile!.score).toBeCloseTo(1, 2)
  expect(images).toMatchObject({ status: 200, body: { items: [{ id: assetId }] } })
  expect(videos.body.items).toEqual([])

  await sql`update agent set coordinator_id = null where id = ${worker.agentId}`.execute(server.db)
  expect(await send('GET', '/api/search?q=a%20dog')).toMatchObject({ status: 200 })
  expect(await send('GET', '/api/search?q=a%20cat')).toMatchObject({
    status: 409,
    body: { error: { code: 'model_missing', message: expect.stringContaining('“query”') } },
  })
})

test('words that only a sleeping machine understands wake it, and are answered once it has come', async () => {
  const search = () => send('GET', '/api/search?q=a%20whale')
  const policy = JSON.stringify({ macAddresses: ['00:11:22:33:44:55'] })
  await sql`insert into agent_power (agent_id, policy, asleep_since)
    values (${worker.agentId}, ${policy}::jsonb, now() - interval '1 hour')`.execute(server.db)
  for (let asked = 0; asked < 2; asked += 1) {
    expect(await search()).toMatchObject({
      status: 503,
      body: { error: { code: 'machine_asleep', message: expect.stringContaining('“gpu” is being woken') } },
    })
  }
  const machines = await readSleepers(server.db)
  const needs = needsOf(await readWaitingLanes(server.db, machines), machines)
  expect(needs.get(worker.agentId)?.need.jobs).toBe(1)
  expect(server.log).toEqual([])

  await markConnected(server.db, worker.agentId)
  await finish(await nextLease('query'), { embedding: halfVector([0.6, 0.8]), suggestions: [] })
  expect(await search()).toMatchObject({ status: 200 })
})

test('words that a model does not know come back with those that it does', async () => {
  await sql`insert into query_vector (model_id, text, suggestions, answered_at)
    select id, 'zoey', '{dog,puppy}', now() from model where key = ${keyOf('clip')}`.execute(server.db)
  expect(await send('GET', '/api/search?q=Zoey')).toEqual({
    status: 200,
    body: {
      items: [],
      nextCursor: null,
      model: keyOf('clip'),
      progress: { model: 'clip', done: 0, total: 1, former: null },
      suggestions: ['dog', 'puppy'],
    },
  })
})

test('an asset that the model has not seen has nothing similar yet', async () => {
  expect(await send('GET', `/api/assets/${assetId}/similar`)).toMatchObject({
    status: 200,
    body: { items: [] },
  })
  await sql`delete from asset_embedding`.execute(server.db)
  expect(await send('GET', `/api/assets/${assetId}/similar`)).toMatchObject({
    status: 409,
    body: { error: { message: '“clip” has not looked at this picture yet' } },
  })
  expect(await send('GET', '/api/assets/4711/similar')).toMatchObject({ status: 404 })
})

test.each(['q=', 'q=%20', `q=${'x'.repeat(513)}`, 'kind=image', 'q=cat&limit=0'])(
  '?%s is no search',
  async (query) => {
    expect(await send('GET', `/api/search?${query}`)).toMatchObject({ status: 400 })
  },
)

test('detections are drawn, confirmed, renamed, rejected and deleted', async () => {
  const drawn = await send('POST', `/api/assets/${assetId}/detections`, {
    label: 'Zoey',
    box: [0.1, 0.1, 0.5, 0.5],
  })
  expect(drawn).toMatchObject({ status: 200, body: { label: 'Zoey', review: 'drawn', mask: null } })
  const path = `/api/detections/${drawn.body.id}`
  expect(await send('PATCH', path, { label: 'Rex' })).toMatchObject({
    body: { label: 'Rex', review: 'drawn' },
  })
  expect(await send('PATCH', path, { review: 'proposed' })).toMatchObject({ status: 409 })
  expect(await send('PATCH', path, { review: 'rejected' })).toMatchObject({ body: { review: 'rejected' } })
  expect(await send('PATCH', path, { review: 'confirmed' })).toMatchObject({ body: { review: 'drawn' } })
  expect(await send('PATCH', path, { review: 'drawn' })).toMatchObject({ status: 400 })
  expect(await send('GET', `/api/assets/${assetId}/detections`)).toMatchObject({
    body: { detections: [{ label: 'Rex' }] },
  })
  expect(await send('DELETE', path)).toEqual({ status: 200, body: {} })
  expect(await send('PATCH', path, { label: 'Rex' })).toMatchObject({ status: 404 })
  expect(
    await send('POST', `/api/assets/${assetId}/detections`, { label: 'x', box: [0.9, 0, 0.5, 0.5] }),
  ).toMatchObject({ status: 400 })
})
