import { expect, test } from 'vitest'
import { SourceConfig as Schema, type SourceConfig } from '../../config/source-config.ts'
import { Cage } from '../cage/cage.ts'
import { createSources, effectiveSources, orderSources } from './create-sources.ts'

const path = (library: string): SourceConfig => ({ kind: 'path', library, path: `/mnt${library}` })
const relay: SourceConfig = { kind: 'relay', library: '' }
const smb = (library: string) =>
  Schema.parse({ kind: 'smb', library, address: 'smb://nas/a', user: 'u', passwordFile: '/p' })
const using = {
  cage: Cage.none('a test'),
  http: { get: () => Promise.reject(new Error('no network here')) },
}

test('sources keep the owner’s order, and of one kind the more precise comes first', () => {
  const ordered = orderSources([path('/a'), relay, path('/a/b/c'), smb('/x'), path('/a/b'), smb('/x/y')])
  expect(ordered.map(({ kind, library }) => `${kind} ${library}`)).toEqual([
    'path /a/b/c',
    'relay ',
    'path /a/b',
    'smb /x/y',
    'path /a',
    'smb /x',
  ])
})

test('a worker without a word about sources reads through the coordinator; a vault needs none', () => {
  expect(effectiveSources([], [{ capability: 'detect', concurrency: 1 }])).toEqual([relay])
  expect(effectiveSources([], [{ capability: 'ingest', concurrency: 1 }])).toEqual([])
  expect(effectiveSources([path('/a')], [{ capability: 'detect', concurrency: 1 }])).toEqual([path('/a')])
})

test('a source covers the libraries at and below its folder', () => {
  const [one, all] = createSources([smb('/volume1/photos'), relay], using)
  expect(one!.covers('/volume1/photos/2024')).toBe(true)
  expect(one!.covers('/volume1/photos')).toBe(true)
  expect(one!.covers('/volume1/photos2')).toBe(false)
  expect(one!.covers('/volume1')).toBe(false)
  expect(all!.covers('/anything')).toBe(true)
  expect(one!.label).toBe('smb://nas/a')
})

test.each([
  ['a share that is not named', { address: 'smb://nas' }],
  ['a password in the address', { address: 'smb://me:secret@nas/photos' }],
  ['an address of another kind', { address: 'https://nas/photos' }],
  ['a folder with a separator in its name', { address: 'smb://nas/photos/a%5cb' }],
])('%s is refused when the agent starts', (_, changes) => {
  const config = { ...smb('/x'), ...changes } as SourceConfig
  const create = () => createSources([config], using)
  expect(create).toThrow(expect.objectContaining({ code: 'bad_request' }))
  expect(create).not.toThrow(/secret/)
})

test.each([
  ['a guest who should sign', { allowGuest: true }, /signing/],
  ['nobody to log in as', { user: '', passwordFile: null }, /user/],
  ['a password in the configuration', { password: 'secret' }, /password/],
])('%s is refused by the configuration', (_, changes, words) => {
  const parsed = Schema.safeParse({ ...smb('/x'), ...changes })
  expect(parsed.error?.message).toMatch(words)
})
