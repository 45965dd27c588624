import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, VisionActor } from '../testing/vision-actor.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
let headers: Record<string, string>

/** Three pictures, two models that have looked at them, and the answers to two questions. */
beforeAll(async () => {
  server = await startTestServer()
  const nas = await addAgent(server.db, 'nas', ['/photos'])
  await addSampleAsset(server.db, server.store, { agentId: nas.id })
  headers = { cookie: await cookieOf(server.db, 'admin') }
  const worker = await VisionActor.create(server.db)
  await worker.report(
    { id: 'clip', task: 'embed', dimensions: 2, queries: 'text' },
    { id: 'other', task: 'embed', dimensions: 2, queries: 'text' },
  )
  await sql`insert into asset (library_id, folder_id, key, name, kind, state, captured_local, bucket, version)
    select library_id, folder_id, n::text::bytea, 'n' || n, kind, 'ready', captured_local, bucket, 'v'
    from asset, generate_series(1, 2) n`.execute(server.db)
  await sql`insert into asset_embedding (asset_id, model_id, vector)
    select asset.id, model.id, '[0.6,0.8]' from asset, model`.execute(server.db)
  await sql`insert into query_vector (model_id, text, vector, answered_at)
    select id, text, '[1,0]', now() from model, unnest('{cat,dog}'::text[]) text`.execute(server.db)
})
afterAll(() => server[Symbol.asyncDispose]())

async function search(query: Record<string, string>) {
  const answer = await fetch(`${server.url}/api/search?${new URLSearchParams({ limit: '1', ...query })}`, {
    headers,
  })
  return {
    status: answer.status,
    body: (await answer.json()) as { nextCursor: string; error?: { message: string } },
  }
}

const read = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64url').toString())
const write = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor goes on with its own words, however they are typed and filtered', async () => {
  const { body } = await search({ q: 'cat' })
  expect(await search({ q: ' CAT', kind: 'image', cursor: body.nextCursor })).toMatchObject({ status: 200 })
})

test.each<[string, (cursor: string) => string]>([
  ['of other words', (cursor) => write({ ...read(cursor), asked: 'x'.repeat(12) })],
  ['of another model', (cursor) => write({ ...read(cursor), model: read(cursor).model + 1 })],
  ['of no model', (cursor) => write({ ...read(cursor), model: 2 ** 40 })],
  ['cut off', (cursor) => cursor.slice(0, -7)],
  ['with a part missing', (cursor) => write({ ...read(cursor), asked: undefined })],
  ['with something more', (cursor) => write({ ...read(cursor), filter: 'none' })],
  ['beyond all distances', (cursor) => write({ ...read(cursor), distance: 1e300 })],
  ['with no distance', (cursor) => write({ ...read(cursor), distance: null })],
  ['of an impossible asset', (cursor) => write({ ...read(cursor), id: 2 ** 60 })],
  ['that has seen nothing', (cursor) => write({ ...read(cursor), seen: -1 })],
  ['that is another list’s', () => write({ sort: 'newest', at: null, id: 1 })],
  ['of a thousand words', () => write({ asked: 'x'.repeat(9_000) })],
])('a cursor %s is refused', async (_what, forge) => {
  const { body } = await search({ q: 'cat' })
  const answer = await search({ q: 'cat', cursor: forge(body.nextCursor) })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
  expect(server.log).toEqual([])
})

test('a cursor is refused by another question, and by pictures like one', async () => {
  const { body } = await search({ q: 'cat' })
  expect(await search({ q: 'dog', cursor: body.nextCursor })).toMatchObject({ status: 400 })
  const { id } = await server.db.selectFrom('asset').select('id').executeTakeFirstOrThrow()
  const path = `/api/assets/${id}/similar?cursor=${body.nextCursor}`
  expect((await fetch(server.url + path, { headers })).status).toBe(400)
})

test('a cursor that claims to have seen very many is answered all the same', async () => {
  const { body } = await search({ q: 'cat' })
  const cursor = write({ ...read(body.nextCursor), seen: Number.MAX_SAFE_INTEGER })
  expect(await search({ q: 'cat', cursor })).toMatchObject({ status: 200 })
  expect(read(body.nextCursor).model).toBe(
    (
      await server.db
        .selectFrom('model')
        .select('id')
        .where('key', '=', keyOf('clip'))
        .executeTakeFirstOrThrow()
    ).id,
  )
})
