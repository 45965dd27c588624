import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { addAgent } from '../http/testing/test-server.ts'
import { createLibrary } from './create-library.ts'
import { requireLibrary } from './library-views.ts'

const library = { name: 'photos', ignoreGlobs: ['*.tmp'] }

test('a library has one spelling of its root, every byte of it, inside the agent’s folders', async () => {
  await using fresh = await freshDatabase()
  const { id: agentId } = await addAgent(fresh.db, 'nas', ['/vault/', 'D:\\Bilder'])
  const id = await createLibrary(fresh.db, { ...library, agentId, root: '/vault//2024\udcff/' })
  const { root } = await fresh.db
    .selectFrom('library')
    .select('root')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(root).toEqual(Buffer.concat([Buffer.from('/vault/2024'), Buffer.of(0xff)]))
  expect(await requireLibrary(fresh.db, id)).toMatchObject({
    root: '/vault/2024\ufffd',
    state: 'new',
    files: 0,
    agentId,
  })
  const windows = await createLibrary(fresh.db, { ...library, agentId, root: 'D:/Bilder/2024/' })
  expect(await requireLibrary(fresh.db, windows)).toMatchObject({ root: 'D:\\Bilder\\2024' })
})

test('a library is refused outside them, with dots, relative, or of nobody', async () => {
  await using fresh = await freshDatabase()
  const { id: agentId } = await addAgent(fresh.db, 'nas', ['/vault/photos', '/a'])
  for (const root of [
    '/vault',
    '/vault/photos2',
    '/',
    '/vault/photos/../x',
    '/vault/photos/./x',
    'vault/photos',
    '.',
    '',
    '/vault/photos/\ud800',
    '/vault\\photos',
    '/a\\b',
  ]) {
    const made = createLibrary(fresh.db, { ...library, agentId, root })
    await expect(made, JSON.stringify(root)).rejects.toMatchObject({ code: 'bad_request' })
  }
  await expect(createLibrary(fresh.db, { ...library, agentId: 99, root: '/a' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a library may not overlap with another of the same agent, also when both are made at once', async () => {
  await using fresh = await freshDatabase()
  const nas = await addAgent(fresh.db, 'nas', ['/'])
  const desk = await addAgent(fresh.db, 'desk', ['/'])
  const roots = ['/photos', '/photos/2024', '/photos', '/photos/']
  const made = await Promise.allSettled(
    roots.map((root) => createLibrary(fresh.db, { ...library, agentId: nas.id, root })),
  )
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const each of made)
    if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict' })
  await createLibrary(fresh.db, { ...library, agentId: nas.id, root: '/photos2' })
  await createLibrary(fresh.db, { ...library, agentId: desk.id, root: '/photos' })
})
