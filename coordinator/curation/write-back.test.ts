import { expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { cancelJob, retryJob } from '../jobs/control.ts'
import { requireAssetDetail } from '../search/asset-detail.ts'
import { listAssetHistory } from './list-edits.ts'
import { resolveConflict } from './resolve-conflict.ts'
import { approveWriteBacks, retryWriteBack, undoWriteBack } from './steer-write-backs.ts'
import { curatedLibrary, sidecarVersion, written } from './testing/curated-library.ts'
import { undoEdit } from './undo-edit.ts'
import { countWriteBacks, listWriteBacks } from './write-back-views.ts'

async function onePicture(db: Database) {
  const library = await curatedLibrary(db)
  library.vault.tree = { trip: { 'a.jpg': { content: 'a', tags: { 'XMP:Rating': 2 } } } }
  await library.vault.scanAndIngest()
  const assetId = await library.assetOf('a.jpg')
  const state = async () => (await requireAssetDetail(db, assetId, Date.now())).curation.writeBack
  return { ...library, assetId, state }
}

/** What somebody who looks at the only conflict now has seen. */
async function seen(db: Database): Promise<string> {
  const { items } = await listWriteBacks(db, { state: 'conflict', limit: 1 })
  return items[0]!.conflictVersion!
}

eachEngine('write-back', (engine) => {
  test('an edit stays here while the library is off, and sets out when it is allowed', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, state, allow, leaseWrite } = await onePicture(fresh.db)
    await edit(assetId, { favourite: true })
    expect(await state()).toBeNull()
    const { editId } = await edit(assetId, { rating: 5, title: 'Sea' })
    expect(await state()).toEqual({ state: 'kept_here', reason: 'library_off' })
    expect(await leaseWrite()).toBeUndefined()

    await allow()
    expect(await state()).toEqual({ state: 'pending', reason: null })
    const lease = await leaseWrite()
    expect(lease?.input).toEqual({
      assetId,
      libraryId: lease?.input.libraryId,
      root: '/pictures/vault',
      mirrorRoot: null,
      path: 'trip/a.jpg.xmp',
      pictures: ['trip/a.jpg'],
      expected: null,
      expectedTags: null,
      resolved: null,
      revision: editId,
      fields: { rating: 5, title: 'Sea' },
      pictureSizePx: { width: 300, height: 200 },
    })
  })

  test('what was written is known to the next scan: no second file, no reading, no change', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault } = await onePicture(fresh.db)
    await allow()
    const { editId } = await edit(assetId, { rating: 5 })
    const lease = (await leaseWrite())!
    await vault.complete(lease, written(editId!, 'ours', { 'XMP:Rating': 5, 'XMP:Label': 'Red' }))
    expect(await state()).toEqual({ state: 'written', reason: null })
    const detail = await requireAssetDetail(db, assetId, Date.now())
    expect(detail.curation.values).toMatchObject({ rating: 5, label: 'Red' })
    const { contentHash, sizeBytes, mtimeUs } = sidecarVersion('ours')
    expect(detail.files.find(({ role }) => role === 'sidecar')).toMatchObject({
      contentHash,
      sizeBytes,
      state: 'ingested',
    })

    vault.tree.trip!['a.jpg.xmp'] = { content: 'ours', mtimeUs }
    vault.read.length = 0
    await vault.scanAndIngest()
    expect(vault.read).toEqual([])
    expect((await requireAssetDetail(db, assetId, Date.now())).files).toHaveLength(2)
    expect(await leaseWrite()).toBeUndefined()

    await edit(assetId, { rating: 1 })
    expect((await leaseWrite())?.input).toMatchObject({
      ...{ expected: contentHash, fields: { rating: 1 } },
      expectedTags: { 'XMP:Rating': 5, 'XMP:Label': 'Red' },
    })
  })

  test('an edit during the write is written after it', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, state, allow, leaseWrite, vault } = await onePicture(fresh.db)
    await allow()
    const first = await edit(assetId, { rating: 5 })
    const lease = (await leaseWrite())!
    const second = await edit(assetId, { rating: 4 })
    expect(await leaseWrite()).toBeUndefined()
    await vault.complete(lease, written(first.editId!, 'one'))
    expect(await state()).toMatchObject({ state: 'pending' })
    const next = (await leaseWrite())!
    expect(next.input).toMatchObject({ revision: second.editId, fields: { rating: 4 } })
    await vault.complete(next, written(second.editId!, 'two'))
    expect(await state()).toMatchObject({ state: 'written' })
  })

  test('a burst of edits is one write after the quiet time', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, allow, leaseWrite } = await onePicture(fresh.db)
    await allow({ quietMs: 60_000 })
    await edit(assetId, { rating: 5 })
    await edit(assetId, { rating: 4, title: 'x' })
    const jobs = await db.selectFrom('job').selectAll().where('kind', '=', 'sidecar.write').execute()
    expect(jobs).toHaveLength(1)
    expect(jobs[0]).toMatchObject({ state: 'queued', waiting: true })
    expect(await leaseWrite()).toBeUndefined()
  })

  test('with approval nothing is written before an administrator lets it', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    await allow({ approval: true })
    const { editId } = await edit(assetId, { rating: 5 })
    expect(await state()).toMatchObject({ state: 'waiting_approval' })
    expect(await leaseWrite()).toBeUndefined()
    expect(await countWriteBacks(db, undefined)).toEqual({ waiting_approval: 1 })
    expect(await approveWriteBacks(db, { libraryId: vault.libraryId }, accountId)).toBe(1)
    await vault.complete((await leaseWrite())!, written(editId!, 'ours'))
    expect(await state()).toMatchObject({ state: 'written' })
    await edit(assetId, { rating: 4 })
    expect(await state()).toMatchObject({ state: 'waiting_approval' })
  })

  test.each(['mine', 'theirs'] as const)(
    'a sidecar changed outside is a conflict; %s decides it',
    async (choice) => {
      await using fresh = await freshDatabase(engine)
      const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
      await allow()
      const { editId } = await edit(assetId, { rating: 5, title: 'mine' })
      const theirs = sidecarVersion('theirs')
      await vault.complete((await leaseWrite())!, {
        outcome: 'conflict',
        revision: editId!,
        sidecar: theirs,
        tags: { 'XMP:Rating': 1, 'XMP:Title': 'mine' },
      })
      expect(await state()).toEqual({ state: 'conflict', reason: 'changed_outside' })
      const { items } = await listWriteBacks(db, { state: 'conflict', limit: 10 })
      expect(items).toMatchObject([
        {
          id: assetId,
          folder: 'trip',
          sidecar: 'trip/a.jpg.xmp',
          conflict: [{ field: 'rating', mine: 5, theirs: 1 }],
        },
      ])
      await edit(assetId, { label: 'Red' })
      expect(await state()).toMatchObject({ state: 'conflict' })
      expect(await leaseWrite()).toBeUndefined()

      const conflictVersion = await seen(db)
      await resolveConflict(db, assetId, { conflictVersion, choice, fields: { label: 'mine' }, accountId })
      const { input } = (await leaseWrite())!
      expect(input).toMatchObject({ expected: theirs.contentHash, resolved: theirs.contentHash })
      expect(input.fields).toEqual(
        choice === 'mine' ? { rating: 5, title: 'mine', label: 'Red' } : { label: 'Red' },
      )
      const { values } = (await requireAssetDetail(db, assetId, Date.now())).curation
      expect(values.rating).toBe(choice === 'mine' ? 5 : 1)
      const history = (await listAssetHistory(db, assetId, { limit: 10 })).items
      expect(history.some(({ kind, fallsBack }) => kind === 'resolve' && fallsBack)).toBe(choice === 'theirs')
    },
  )

  test('an outside change found by a scan while ours waits is a conflict, later it is only read', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    vault.tree.trip!['a.xmp'] = { content: 'before' }
    await vault.scanAndIngest()
    await allow({ approval: true })
    const { editId } = await edit(assetId, { rating: 5 })
    vault.tree.trip!['a.xmp'] = { content: 'outside', tags: { 'XMP:Label': 'Blue' } }
    await vault.scanAndIngest()
    expect(await state()).toMatchObject({ state: 'conflict' })
    await resolveConflict(db, assetId, {
      conflictVersion: await seen(db),
      choice: 'mine',
      fields: {},
      accountId,
    })
    await approveWriteBacks(db, {}, accountId)
    const lease = (await leaseWrite())!
    expect(lease.input.path).toBe('trip/a.xmp')
    await vault.complete(lease, written(editId!, 'ours'))

    vault.tree.trip!['a.xmp'] = {
      content: 'outside again',
      tags: { 'XMP:Rating': 1, 'XMP:Label': 'Green' },
    }
    await vault.scanAndIngest()
    expect(await state()).toMatchObject({ state: 'written' })
    const { values } = (await requireAssetDetail(db, assetId, Date.now())).curation
    expect(values).toMatchObject({ rating: 5, label: 'Green' })
  })

  test('a decision about what has changed since is refused, and the newer version is shown', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    vault.tree.trip!['a.xmp'] = { content: 'before' }
    await vault.scanAndIngest()
    await allow({ approval: true })
    await edit(assetId, { rating: 5 })
    const change = async (content: string, rating: number) => {
      vault.tree.trip!['a.xmp'] = { content, tags: { 'XMP:Rating': rating } }
      await vault.scanAndIngest()
      return await seen(db)
    }
    const decide = (conflictVersion: string) =>
      resolveConflict(db, assetId, { conflictVersion, choice: 'mine', fields: {}, accountId })
    const first = await change('first', 1)
    const second = await change('second', 2)
    await expect(decide(first)).rejects.toMatchObject({ code: 'conflict' })
    const { items } = await listWriteBacks(db, { state: 'conflict', limit: 1 })
    expect(items).toMatchObject([{ conflict: [{ field: 'rating', mine: 5, theirs: 2 }] }])
    await edit(assetId, { title: 'also mine' })
    await expect(decide(second)).rejects.toMatchObject({ code: 'conflict' })

    await decide(await seen(db))
    await approveWriteBacks(db, {}, accountId)
    const third = sidecarVersion('third')
    const { input, ...lease } = (await leaseWrite())!
    expect(input.expected).toBe(sidecarVersion('second').contentHash)
    const conflict = { outcome: 'conflict' as const, sidecar: third, tags: { 'XMP:Rating': 3 } }
    await vault.complete({ ...lease, input }, { ...conflict, revision: input.revision })
    expect(await state()).toMatchObject({ state: 'conflict' })
  })

  test('a cancelled write says so, and another try sets out again, from here or from the list of jobs', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    await allow()
    const { editId } = await edit(assetId, { rating: 5 })
    const cancel = async () => {
      const { jobId } = (await leaseWrite())!
      await cancelJob(db, vault.types, jobId, accountId)
      expect(await state()).toEqual({ state: 'failed', reason: 'cancelled' })
      return jobId
    }
    await cancel()
    await retryWriteBack(db, assetId, accountId)
    expect(await state()).toEqual({ state: 'pending', reason: null })
    await retryJob(db, await cancel(), accountId)
    const lease = (await leaseWrite())!
    expect(await state()).toEqual({ state: 'pending', reason: null })
    await vault.complete(lease, written(editId!, 'ours'))
    expect(await state()).toEqual({ state: 'written', reason: null })
  })

  test('an edit of what was cancelled is written', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault } = await onePicture(fresh.db)
    await allow()
    await edit(assetId, { rating: 5 })
    await cancelJob(db, vault.types, (await leaseWrite())!.jobId, null)
    await edit(assetId, { rating: 4 })
    expect(await state()).toEqual({ state: 'pending', reason: null })
    expect((await leaseWrite())?.input.fields).toEqual({ rating: 4 })
  })

  test('a refusal says why, and another try sets out again', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    await allow()
    const { editId: revision } = await edit(assetId, { rating: 5 })
    const refused = { outcome: 'refused' as const, revision: revision!, message: 'because' }
    await vault.complete((await leaseWrite())!, { ...refused, reason: 'read_only' })
    expect(await state()).toEqual({ state: 'kept_here', reason: 'read_only' })
    await retryWriteBack(db, assetId, accountId)
    await vault.complete((await leaseWrite())!, { ...refused, reason: 'malformed' })
    expect(await state()).toEqual({ state: 'failed', reason: 'malformed' })
    await retryWriteBack(db, assetId, accountId)
    await vault.complete((await leaseWrite())!, written(revision!, 'ours'))
    await expect(retryWriteBack(db, assetId, accountId)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('to undo what our own sidecar says by now is to write what was shown before', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    await allow()
    const { editId } = await edit(assetId, { rating: 5, title: 'Sea' })
    await vault.complete(
      (await leaseWrite())!,
      written(editId!, 'ours', { 'XMP:Rating': 5, 'XMP:Title': 'Sea' }),
    )
    await undoEdit(db, editId!, accountId)
    expect((await leaseWrite())?.input.fields).toEqual({ rating: 2, title: null })
    const { values } = (await requireAssetDetail(db, assetId, Date.now())).curation
    expect(values).toMatchObject({ rating: 2, title: null })
  })

  test('the version before ours can be put back', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, state, allow, leaseWrite, vault, accountId } = await onePicture(fresh.db)
    await allow()
    const { editId } = await edit(assetId, { rating: 5 })
    await vault.complete((await leaseWrite())!, { ...written(editId!, 'ours'), keptBefore: 'kept/1' })
    await undoWriteBack(db, assetId, accountId)
    const lease = (await leaseWrite())!
    expect(lease).toMatchObject({
      kind: 'sidecar.restore',
      input: { keptBefore: 'kept/1', path: 'trip/a.jpg.xmp' },
    })
    await vault.complete(lease, written(editId!, 'theirs', { 'XMP:Rating': 3 }))
    expect(await state()).toEqual({ state: 'kept_here', reason: 'undone' })
    await edit(assetId, { title: 'x' })
    expect(await state()).toMatchObject({ state: 'pending' })
  })

  test('a library with a mirror has its sidecars there, and none of its own', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, edit, assetId, allow, leaseWrite, vault } = await onePicture(fresh.db)
    await allow({ mirrorRoot: '/mirror/' })
    const { editId } = await edit(assetId, { rating: 5 })
    const lease = (await leaseWrite())!
    expect(lease.input).toMatchObject({ mirrorRoot: '/mirror', path: 'trip/a.jpg.xmp', expected: null })
    await vault.complete(lease, written(editId!, 'ours'))
    expect((await requireAssetDetail(db, assetId, Date.now())).files).toHaveLength(1)
    await edit(assetId, { rating: 4 })
    expect((await leaseWrite())?.input.expected).toBe(sidecarVersion('ours').contentHash)
  })
})
