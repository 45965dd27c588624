import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { LocalAccess } from '../../coordinator/accounts/local-access.ts'
import { addAgent, cookieOf, startTestServer } from '../../coordinator/http/testing/test-server.ts'
import { requireAssetDetail } from '../../coordinator/search/asset-detail.ts'
import { VaultActor } from '../../coordinator/testing/vault-actor.ts'
import { HearthCommand } from './testing/hearth-command.ts'

const sidecar = {
  'XMP:HearthFields': ['rating', 'title', 'keywords'],
  'XMP:Rating': 4,
  'XMP:Title': 'Sea',
  'XMP:HierarchicalSubject': ['Places|Rome'],
}

test('an empty Hearth gets back what was written to sidecars, and one with libraries is left alone', {
  timeout: 60_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), 'hearth-rebuild-'))
  const localAccess = new LocalAccess(data)
  await using server = await startTestServer({ localAccess })
  try {
    await localAccess.publish(server.url, null)
    const { db } = server
    await cookieOf(db, 'admin')
    const nas = await addAgent(db, 'nas', ['/photos'])
    const rebuild = (...words: string[]) => HearthCommand.run(['rebuild', ...words, '--data', data, '--json'])
    expect(await rebuild('/photos')).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('--from-sidecars'),
    })

    const rebuilt = rebuild('--from-sidecars', '/photos')
    const library = await vi.waitUntil(() => db.selectFrom('library').select('id').executeTakeFirst(), {
      timeout: 20_000,
    })
    const vault = VaultActor.of(db, nas.id, library.id)
    vault.tree = {
      '': { 'a.jpg': { content: 'a' }, 'a.xmp': { content: 'x', tags: sidecar }, 'b.jpg': { content: 'b' } },
    }
    await vi.waitUntil(
      () =>
        vault.runNextScan().then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    await vault.ingestAll()

    const { exitCode, report } = await rebuilt
    expect(exitCode).toBe(0)
    expect(JSON.parse(report)).toEqual({ libraryId: library.id, assets: 2, rebuilt: 1 })
    const asset = await db
      .selectFrom('asset')
      .select('id')
      .where('name', '=', 'a.jpg')
      .executeTakeFirstOrThrow()
    const { curation } = await requireAssetDetail(db, asset.id, Date.now())
    expect(curation.values).toMatchObject({ rating: 4, title: 'Sea', keywords: [['Places', 'Rome']] })
    expect(curation.persons.map(({ field }) => field)).toEqual(['keywords', 'rating', 'title'])

    expect(await rebuild('--from-sidecars', '/photos/more')).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('has libraries already'),
    })
  } finally {
    await rm(data, { recursive: true })
  }
})
