import { expect, test } from 'vitest'
import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { describePolicy } from './describe-policy.ts'

const on: WriteBackPolicy = {
  mode: 'sidecar',
  approval: false,
  quietMs: 10_000,
  naming: 'full',
  mirrorRoot: null,
}
const said = (change: Partial<WriteBackPolicy>) =>
  describePolicy({ ...on, ...change }, '/srv/photos').join(' ')

test('every policy says that pictures are never changed', () => {
  for (const change of [{}, { mode: 'off' }, { approval: true }, { mirrorRoot: '/srv/mirror' }] as const)
    expect(said(change)).toContain('The pictures themselves are never changed, moved or deleted.')
})

test('off promises that no file is written', () => {
  expect(said({ mode: 'off' })).toContain('No file is written anywhere.')
})

test('sidecars say where they will lie, under which names, and when', () => {
  expect(said({})).toContain('beside each picture below /srv/photos: IMG_1.jpg.xmp')
  expect(said({})).toContain('for 10 s.')
  expect(said({ naming: 'base', quietMs: 0 })).toContain('IMG_1.xmp for IMG_1.jpg')
  expect(said({ quietMs: 0 })).toContain('written at once')
  expect(said({ approval: true })).toContain('an administrator has to let it')
})

test('with a mirror nothing is written into the library', () => {
  expect(said({ mirrorRoot: '/srv/mirror' })).toContain('below /srv/mirror, in the same folders')
  expect(said({ mirrorRoot: '/srv/mirror' })).toContain('Nothing at all is written below /srv/photos.')
})
