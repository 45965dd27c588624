import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
let assetId = 0
let cookie = ''

beforeAll(async () => {
  server = await startTestServer()
  const nas = await addAgent(server.db, 'nas', ['/photos'])
  assetId = (await addSampleAsset(server.db, server.store, { agentId: nas.id })).assetId
  cookie = await cookieOf(server.db, 'user')
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(method: string, path: string, body: unknown) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { cookie, 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test.each([
  ['a rating out of range', { rating: 6 }, 400, 'edit.rating'],
  ['a field that there is not', { stars: 3 }, 400, 'edit'],
  ['a separator in a keyword', { title: 'fine', keywords: [['fine'], ['a|b']] }, 400, 'edit.keywords[1][0]'],
  ['a line break in a title', { title: 'a\n-execute' }, 400, 'edit.title'],
  ['control characters', { description: 'a\u001b[2J' }, 400, 'edit.description'],
  ['a description of 100 kB', { rating: 1, description: 'x'.repeat(100_000) }, 400, 'edit.description'],
  ['a description of 1 MB', { description: 'x'.repeat(1_048_576) }, 413, ''],
  ['nothing', {}, 400, 'edit'],
])('%s is refused with the name of the field, and nothing is changed', async (_fact, edit, status, path) => {
  for (const [method, url, body] of [
    ['PATCH', `/api/assets/${assetId}`, { edit }],
    ['POST', '/api/assets/bulk', { assetIds: [assetId], edit }],
  ] as const) {
    const answer = await send(method, url, body)
    expect(answer.status).toBe(status)
    if (path !== '') expect(JSON.stringify(answer.body)).toContain(path)
  }
  const { rows } = await sql`select from edit`.execute(server.db)
  expect(rows).toEqual([])
})

test('an edit, its history and its undo, as a client meets them', async () => {
  const edited = await send('PATCH', `/api/assets/${assetId}`, { edit: { rating: 3 }, ifRevision: 0 })
  expect(edited).toMatchObject({ status: 200, body: { assets: 1, kept: [] } })
  const { editId } = edited.body as { editId: number }
  const stale = await send('PATCH', `/api/assets/${assetId}`, { edit: { rating: 4 }, ifRevision: 0 })
  expect(stale).toMatchObject({
    status: 409,
    body: { error: { details: { revisions: { [assetId]: editId } } } },
  })
  const filtered = await send('POST', '/api/assets/bulk', {
    filter: { rating: '3' },
    edit: { favourite: true },
  })
  expect(filtered).toMatchObject({ status: 200, body: { assets: 1 } })
  expect(await send('POST', `/api/edits/${editId}/undo`, {})).toMatchObject({
    status: 200,
    body: { assets: 1 },
  })
  const get = async (path: string) => (await fetch(server.url + path, { headers: { cookie } })).json()
  expect(await get(`/api/assets/${assetId}/history`)).toMatchObject({
    items: [
      { kind: 'undo', field: 'rating', before: 3, after: null, fallsBack: true, by: 'user' },
      { field: 'favourite', before: false, after: true },
      { field: 'rating', before: null, after: 3 },
    ],
  })
  expect(await get('/api/edits?mine=true')).toMatchObject({
    items: [{ kind: 'undo', undoes: editId }, {}, { undoneBy: expect.any(Number) }],
  })
})

test('undo, redo and undo again are entries of the history, each taking back the one before it', async () => {
  const ratingOf = async () => {
    const answer = await fetch(`${server.url}/api/assets/${assetId}`, { headers: { cookie } })
    return ((await answer.json()) as { rating: number | null }).rating
  }
  const taken: (number | null)[] = []
  const editOf = async (method: string, path: string, body: unknown) => {
    const answer = await send(method, path, body)
    expect(answer).toMatchObject({ status: 200, body: { assets: 1, kept: [] } })
    taken.push(await ratingOf())
    return answer.body.editId as number
  }
  const edit = await editOf('PATCH', `/api/assets/${assetId}`, { edit: { rating: 5 } })
  const undo = await editOf('POST', `/api/edits/${edit}/undo`, {})
  const redo = await editOf('POST', `/api/edits/${undo}/undo`, {})
  const again = await editOf('POST', `/api/edits/${redo}/undo`, {})
  expect(taken).toEqual([5, null, 5, null])
  // The first undo was done again since, by an entry that is newer: it leaves all as it is, and says so.
  expect(await send('POST', `/api/edits/${undo}/undo`, {})).toMatchObject({
    status: 200,
    body: { editId: null, assets: 0, kept: [{ assetId, field: 'rating' }] },
  })
  expect(await ratingOf()).toBeNull()
  const history = (await (await fetch(`${server.url}/api/edits`, { headers: { cookie } })).json()) as {
    items: { id: number; undoes: number | null; undoneBy: number | null }[]
  }
  expect(history.items.slice(0, 4).map(({ id, undoes, undoneBy }) => ({ id, undoes, undoneBy }))).toEqual([
    { id: again, undoes: redo, undoneBy: null },
    { id: redo, undoes: undo, undoneBy: again },
    { id: undo, undoes: edit, undoneBy: redo },
    { id: edit, undoes: null, undoneBy: undo },
  ])
})
