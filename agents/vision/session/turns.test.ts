import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('only so many work at once, and what somebody waits for comes first', async () => {
  const turns = new Turns(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string, isUrgent = false) =>
    turns.take(isUrgent, () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.set(name, resolve))
    })
  const all = [work('a'), work('b'), work('c'), work('d'), work('click', true), work('click 2', true)]
  expect(begun).toEqual(['a', 'b'])
  for (const name of ['a', 'b', 'click', 'click 2', 'c', 'd']) {
    await expect.poll(() => ends.has(name)).toBe(true)
    ends.get(name)!()
  }
  await Promise.all(all)
  expect(begun).toEqual(['a', 'b', 'click', 'click 2', 'c', 'd'])
})

test('work that fails gives its turn on', async () => {
  const turns = new Turns(1)
  const failing = turns.take(false, () => Promise.reject(new Error('broken')))
  const next = turns.take(false, async () => 'done')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('done')
})
