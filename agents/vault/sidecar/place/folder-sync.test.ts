import { expect, test } from 'vitest'
import { FolderSync } from './folder-sync.ts'

/** A disk whose syncs end when the test says so. */
function slowDisk() {
  const running: PromiseWithResolvers<void>[] = []
  const sync = () => {
    const one = Promise.withResolvers<void>()
    running.push(one)
    return one.promise
  }
  return { running, folder: new FolderSync(3, sync) }
}

test('whoever asks while a sync runs waits for one that begins afterwards, and shares it', async () => {
  const { running, folder } = slowDisk()
  const first = folder.sync()
  await Promise.resolve()
  expect(running).toHaveLength(1)
  const done: string[] = []
  const later = ['b', 'c', 'd'].map((name) => folder.sync().then(() => done.push(name)))
  running[0]!.resolve()
  await first
  await Promise.resolve()
  expect([running.length, done]).toEqual([2, []])
  running[1]!.resolve()
  await Promise.all(later)
  expect(running).toHaveLength(2)
})

test('a sync that fails fails those that it was for, and not those after', async () => {
  const { running, folder } = slowDisk()
  const first = folder.sync()
  await Promise.resolve()
  const second = folder.sync()
  running[0]!.reject(new Error('EIO'))
  await expect(first).rejects.toThrow('EIO')
  await expect.poll(() => running.length).toBe(2)
  running[1]!.resolve()
  await second
})
