import { expect, test } from 'vitest'
import type { SourceReport } from '../../protocol/sources.ts'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createNoopType, enqueueNoops } from '../jobs/testing/noop-type.ts'
import { QueueActor } from '../jobs/testing/queue-actor.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { inputFiles } from './input-files.ts'
import { listSamples } from './list-samples.ts'
import { listSources } from './list-sources.ts'
import { storeSources } from './store-sources.ts'

const reading = createNoopType({ needs: 'original' })
const types = new Map([['test.noop', reading]])

/** A vault with two pictures that were read, and a worker that may read originals. */
async function start() {
  const fresh = await freshDatabase()
  const { db } = fresh
  const vault = await VaultActor.create(db, 'nas')
  vault.tree = { '2024': { 'old.jpg': { content: 'old' }, 'new.jpg': { content: 'new' } } }
  await vault.scan()
  await vault.ingestAll()
  const worker = await QueueActor.create(db, types, 'laptop', 4)
  await db.updateTable('agent').set({ instance: worker.instance }).where('id', '=', worker.agentId).execute()
  return { db, vault, worker, [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose]() }
}

function report(libraryId: number, changes: Partial<SourceReport> = {}): SourceReport {
  return {
    libraryId,
    place: 0,
    kind: 'smb',
    label: 'smb://nas/photos',
    state: 'proved',
    reason: null,
    megabytesPerSecond: 110,
    firstByteMs: 3,
    ...changes,
  }
}

const holderOf = ({ agentId, instance }: QueueActor) => ({ agentId, instance })

test('each library of others has a sample with the facts that a reader must find', async () => {
  await using t = await start()
  const [sample, ...more] = await listSamples(t.db, t.worker.agentId, 9)
  expect(more).toEqual([])
  expect(sample).toMatchObject({
    libraryId: t.vault.libraryId,
    libraryName: 'nas',
    root: '/pictures/nas',
    path: expect.stringMatching(/^2024\/(old|new)\.jpg$/),
  })
  const file = (await inputFiles(t.db, [sample!.fileId])).get(sample!.fileId)
  expect(file).toMatchObject({ contentHash: sample!.contentHash, sizeBytes: sample!.sizeBytes })
  expect(await listSamples(t.db, t.vault.agentId, 9)).toEqual([])
})

test('a sample stays the same until it is gone, and then another is taken', async () => {
  await using t = await start()
  const [first] = await listSamples(t.db, t.worker.agentId, 9)
  expect(await listSamples(t.db, t.worker.agentId, 9)).toEqual([first])
  await t.db.updateTable('asset_file').set({ state: 'missing' }).where('id', '=', first!.fileId).execute()
  const [second] = await listSamples(t.db, t.worker.agentId, 9)
  expect(second!.fileId).not.toBe(first!.fileId)
  await t.db.updateTable('asset_file').set({ state: 'missing' }).execute()
  expect(await listSamples(t.db, t.worker.agentId, 9)).toEqual([])
})

test('an offline library has none: its sources are not to blame', async () => {
  await using t = await start()
  await t.db.updateTable('library').set({ state: 'offline' }).execute()
  expect(await listSamples(t.db, t.worker.agentId, 9)).toEqual([])
})

test('work that reads originals is leased only to an agent whose process of now has proved a source', async () => {
  await using t = await start()
  const { db, worker } = t
  const { libraryId } = t.vault
  await enqueueNoops(db, reading, 4, { libraryId })
  const lease = async () => (await worker.lease(1)).length
  expect(await lease()).toBe(0)
  await storeSources(db, holderOf(worker), [report(libraryId, { state: 'failed', reason: 'no' })])
  expect(await lease()).toBe(0)
  await storeSources(db, holderOf(worker), [
    report(libraryId, { state: 'failed', reason: 'no' }),
    report(libraryId, { place: 1, kind: 'relay' }),
  ])
  expect(await lease()).toBe(1)
  await worker.restart()
  expect(await lease()).toBe(0)
  await storeSources(db, holderOf(worker), [report(libraryId)])
  expect(await lease()).toBe(1)
  await storeSources(db, holderOf(worker), [])
  expect(await lease()).toBe(0)
})

test('the owner of a library needs no proof, and another library’s proof is none', async () => {
  await using t = await start()
  const { db, worker } = t
  const ownId = await worker.addLibrary('own')
  await storeSources(db, holderOf(worker), [report(ownId)])
  await enqueueNoops(db, reading, 1, { libraryId: t.vault.libraryId })
  expect(await worker.lease(4)).toEqual([])
  await enqueueNoops(db, reading, 1, { libraryId: ownId, firstSubjectId: 9 })
  expect((await worker.lease(4)).length).toBe(1)
})

test('a report replaces the one before, says what is new, and shows as it was told', async () => {
  await using t = await start()
  const { db, worker } = t
  const { libraryId } = t.vault
  const store = (sources: SourceReport[]) => storeSources(db, holderOf(worker), sources)
  expect(await store([report(libraryId, { state: 'untried' })])).toEqual({ isNewlyProved: false })
  expect(await store([report(libraryId)])).toEqual({ isNewlyProved: true })
  expect(await store([report(libraryId)])).toEqual({ isNewlyProved: false })
  expect(await viewsOf(db, worker)).toMatchObject([{ ...report(libraryId), libraryName: 'nas' }])
  await store([report(libraryId, { kind: 'relay', reason: 'half \ud83d and \0' })])
  expect(await viewsOf(db, worker)).toMatchObject([{ kind: 'relay', reason: 'half � and ' }])
})

test('what is said about libraries that do not exist is left out', async () => {
  await using t = await start()
  await storeSources(t.db, holderOf(t.worker), [report(t.vault.libraryId + 999)])
  expect(await viewsOf(t.db, t.worker)).toEqual([])
})

async function viewsOf(db: Database, { agentId }: QueueActor) {
  return (await listSources(db)).get(agentId) ?? []
}
