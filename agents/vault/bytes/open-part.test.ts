import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { openPart } from './open-part.ts'

test('the asked bytes come, both ends included', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'a.jpg'), '0123456789')
  const request = { root: folder.path, path: 'a.jpg', sizeBytes: 10, roots: [folder.path] }
  expect((await buffer(await openPart({ ...request, start: 0, end: 9 }))).toString()).toBe('0123456789')
  expect((await buffer(await openPart({ ...request, start: 3, end: 5 }))).toString()).toBe('345')
  expect((await buffer(await openPart({ ...request, start: 9, end: 9 }))).toString()).toBe('9')
})

test.each([
  ['another size', { sizeBytes: 11 }, 'file_changed'],
  ['a range behind the end', { start: 5, end: 10 }, 'range_not_satisfiable'],
  ['a range from right to left', { start: 5, end: 4 }, 'range_not_satisfiable'],
  ['a missing file', { path: 'b.jpg' }, 'file_missing'],
  ['a link', { path: 'link.jpg' }, 'refused_by_agent'],
  ['a folder behind a link', { path: 'way-out/secret.jpg' }, 'refused_by_agent'],
  ['a way up', { path: '../secret.jpg' }, 'refused_by_agent'],
  ['an absolute path', { path: '/etc/passwd' }, 'refused_by_agent'],
  ['a root that is not allowed', { root: '/etc', path: 'passwd' }, 'refused_by_agent'],
  ['a root by a way up', { root: '/tmp/../etc', path: 'passwd' }, 'refused_by_agent'],
  ['a root that is away', { root: 'gone' }, 'library_offline'],
])('%s is refused before the first byte', async (_, change, code) => {
  await using folder = await temporaryFolder()
  await using outside = await temporaryFolder()
  await writeFile(join(folder.path, 'a.jpg'), '0123456789')
  await writeFile(join(outside.path, 'secret.jpg'), '0123456789')
  await symlink(outside.path, join(folder.path, 'way-out'))
  await symlink('a.jpg', join(folder.path, 'link.jpg'))
  const request = {
    root: folder.path,
    path: 'a.jpg',
    sizeBytes: 10,
    start: 0,
    end: 9,
    roots: [folder.path],
    ...change,
  }
  if (request.root === 'gone') request.root = join(folder.path, 'gone')
  await expect(openPart(request)).rejects.toMatchObject({ code })
})

test('no link that is swapped in during the opening leads out of the library', async () => {
  await using folder = await temporaryFolder()
  await using outside = await temporaryFolder()
  await mkdir(join(folder.path, 'real'))
  await writeFile(join(folder.path, 'real/a.jpg'), 'inside')
  await writeFile(join(outside.path, 'a.jpg'), 'secret')
  await symlink(outside.path, join(folder.path, 'trap'))
  const swapper = new Worker(swapForEver, { eval: true, workerData: folder.path })
  const request = {
    root: folder.path,
    path: 'swapped/a.jpg',
    sizeBytes: 6,
    start: 0,
    end: 5,
    roots: [folder.path],
  }
  let opened = 0
  for (let i = 0; i < 4_000; i += 1) {
    const stream = await openPart(request).catch(() => undefined)
    if (stream === undefined) continue
    opened += 1
    expect((await buffer(stream)).toString()).toBe('inside')
  }
  await swapper.terminate()
  expect(opened).toBeGreaterThan(0)
})

/** A thread that puts a folder and a link to another place under one name in turns. */
const swapForEver = `
  const { renameSync } = require('node:fs')
  const { workerData } = require('node:worker_threads')
  const [real, trap, swapped] = ['real', 'trap', 'swapped'].map((name) => workerData + '/' + name)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let i = 0; ; i += 1) {
    for (const source of [real, trap]) {
      renameSync(source, swapped)
      if (i % 2 === 0) Atomics.wait(pause, 0, 0, 0.2)
      renameSync(swapped, source)
    }
  }
`
