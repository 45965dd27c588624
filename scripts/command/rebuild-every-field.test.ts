import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Edit } from '../../protocol/curation.ts'
import { CurationField } from '../../protocol/curation.ts'
import { until } from '../faults/testing/until.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { treeState } from '../start/testing/tree-state.ts'
import { HearthCommand } from './testing/hearth-command.ts'
import { SecureCoordinator } from './testing/secure-coordinator.ts'

const LIMIT_MS = 60_000
let folder = ''
let photos = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-rebuild-'))
  photos = join(folder, 'photos')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** All that can be written; favourites stay in Hearth. */
const everything: Edit[] = [
  {
    rating: 5,
    label: 'Red',
    title: 'Zoë’s “first” snow <&> 🐕',
    description: 'Two lines:\n\tone and two, "quoted", 100% %d%f -execute\nand a last one.',
    creator: ['Anna', 'Jörg; Müller'],
    copyright: '© 2024 Anna',
    keywords: [['Places', 'Italy', 'Rome'], ['snow'], ['People', 'Zoë']],
    captured: { local: '1999-12-31T23:59:58', offsetMinutes: 330 },
    position: { latitude: -33.856784, longitude: 151.215297, altitudeM: -12.5 },
    place: { country: 'Italia', state: 'Lazio', city: 'Roma', location: 'Piazza Navona' },
    regions: [
      { kind: 'person', name: 'Zoë', box: [0.1, 0.2, 0.25, 0.5] },
      { kind: 'object', name: 'sledge, red', box: [0.5, 0.5, 0.375, 0.25] },
    ],
  },
  {
    rating: -1,
    label: 'Violett',
    title: '東京',
    captured: { local: '2024-05-01T14:03:22', offsetMinutes: null },
    position: { latitude: 0, longitude: -180, altitudeM: null },
    place: { country: null, state: null, city: 'Oslo', location: null },
    keywords: [['a']],
  },
  // What a person has emptied stays empty, whatever the picture says.
  { rating: 0, position: null, captured: null, keywords: null, regions: null, title: null, creator: null },
]

test('what was written of every field comes back into an empty Hearth from the sidecars alone', {
  timeout: 2 * LIMIT_MS,
}, async () => {
  const random = fc.sample(
    fc.record({ rating: fc.integer({ min: -1, max: 5 }), title: fc.stringMatching(/^[!-~]{1,40}$/) }),
    { numRuns: 3, seed: 7 },
  )
  const edits = [...everything, ...random]
  await generatePhotos({ folder: photos, count: edits.length + 1, widthPx: 600, heightPx: 400 })
  const originals = picturesOf(treeState(photos))
  const written = await writeAll(edits)
  expect(Object.keys(written)).toHaveLength(edits.length + 1)
  const named = new Set(Object.values(written).flatMap(({ persons }) => persons.map(({ field }) => field)))
  expect([...named].sort()).toEqual(CurationField.options.filter((field) => field !== 'favourite').sort())

  await using empty = await SecureCoordinator.start()
  await using _vault = await startVault(empty, 'new', false)
  const { exitCode, said, report } = await HearthCommand.run([
    ...['rebuild', '--from-sidecars', photos, '--data', empty.folder, '--json'],
  ])
  expect(exitCode, said).toBe(0)
  expect(JSON.parse(report)).toMatchObject({ assets: edits.length + 1, rebuilt: edits.length })
  expect(await saidOf(empty)).toEqual(written)
  expect(picturesOf(treeState(photos))).toEqual(originals)
})

/** Edits one picture after the other and waits until sidecars say it; one more picture is left alone. */
async function writeAll(edits: readonly Edit[]) {
  await using coordinator = await SecureCoordinator.start()
  await using _vault = await startVault(coordinator, 'old', true)
  const agent = (await coordinator.ask('listAgents')).items[0]!
  const library = await coordinator.ask('createLibrary', {
    body: { name: 'photos', root: photos, agentId: agent.id },
  })
  await coordinator.ask('updateLibrary', {
    id: library.id,
    body: { writeBack: { mode: 'sidecar', quietMs: 0 } },
  })
  await until('all is read', LIMIT_MS, async () => {
    const { items } = await coordinator.ask('listAssets')
    return items.length === edits.length + 1 && items.every(({ state }) => state === 'ready')
  })
  const { items } = await coordinator.ask('listAssets')
  for (const [at, edit] of edits.entries())
    await coordinator.ask('editAsset', { id: items[at]!.id, body: { edit } })
  await until('all is written', LIMIT_MS, async () => {
    const { states } = await coordinator.ask('countWriteBacks')
    return states.written === edits.length
  })
  expect((await readdir(photos, { recursive: true })).filter((name) => name.endsWith('.xmp'))).toHaveLength(
    edits.length,
  )
  return await saidOf(coordinator)
}

/** What is shown of each picture, and what of it is a person's word, by its name. */
async function saidOf(coordinator: SecureCoordinator) {
  const { items } = await coordinator.ask('listAssets')
  const details = await Promise.all(items.map(({ id }) => coordinator.ask('getAsset', { id })))
  return Object.fromEntries(
    details.map(({ name, curation }) => [
      name,
      { values: curation.values, persons: curation.persons.map(({ field }) => ({ field })) },
    ]),
  )
}

/** A real agent in processes of its own that has the photos. */
async function startVault(coordinator: SecureCoordinator, name: string, writeBack: boolean) {
  const state = join(folder, name)
  await mkdir(state, { mode: 0o700 })
  await writeFile(join(state, 'agent.json'), JSON.stringify({ writeBack }), { mode: 0o600 })
  const { code } = await coordinator.ask('createPairingCode', { body: {} })
  const agent = new HearthCommand([
    ...['agent', 'pair', coordinator.url, code, '--state', state, '--name', name],
    ...['--folder', photos, '--run'],
  ])
  await until('the agent is online', LIMIT_MS, async () =>
    (await coordinator.ask('listAgents')).items.some((one) => one.state === 'online'),
  )
  return {
    [Symbol.asyncDispose]: async () => {
      agent.child.kill('SIGTERM')
      await agent.end()
    },
  }
}

function picturesOf(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([path]) => path.endsWith('.jpg')))
}
