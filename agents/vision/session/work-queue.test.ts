import { expect, test } from 'vitest'
import { WorkQueue } from './work-queue.ts'

const nothing = () => {}
const work = (name: string, more: { isUrgent?: boolean; isAlone?: boolean } = {}) => ({
  model: { key: 'm@000000000000', folder: '', manifest: { name: 'm', parts: {}, files: [] } },
  work: { type: 'query', text: name } as const,
  isUrgent: false,
  isAlone: false,
  resolve: nothing,
  reject: nothing,
  ...more,
})

function takeAll(queue: WorkQueue): string[] {
  const names: string[] = []
  for (let item = queue.next(); item; item = queue.next()) names.push(nameOf(item))
  return names
}

function nameOf({ work }: ReturnType<WorkQueue['sent']>[number]): string {
  return work.type === 'query' ? work.text : ''
}

test('everything is sent at once, what somebody waits for first', () => {
  const queue = new WorkQueue()
  for (const item of [work('a'), work('b'), work('click', { isUrgent: true })]) queue.add(item)
  expect(takeAll(queue)).toEqual(['click', 'a', 'b'])
})

test('a suspect has the process to itself: it waits for the others to end, and they for it', () => {
  const queue = new WorkQueue()
  const first = queue.add(work('a'))
  expect(takeAll(queue)).toEqual(['a'])
  const suspect = queue.add(work('suspect', { isAlone: true }))
  queue.add(work('b'))
  expect(takeAll(queue)).toEqual([])
  queue.remove(first.id)
  expect(takeAll(queue)).toEqual(['suspect'])
  queue.remove(suspect.id)
  expect(takeAll(queue)).toEqual(['b'])
})

test('when the process has ended, what was in it comes before what waited', () => {
  const queue = new WorkQueue()
  for (const name of ['a', 'b']) queue.add(work(name))
  takeAll(queue)
  queue.add(work('c'))
  queue.sendAgain()
  expect(queue.sent()).toEqual([])
  expect(takeAll(queue)).toEqual(['a', 'b', 'c'])
})

test('what nobody waits for any more is not sent', () => {
  const queue = new WorkQueue()
  const item = queue.add(work('a'))
  expect(queue.remove(item.id)).toBe(item)
  expect(queue.remove(item.id)).toBeUndefined()
  expect(takeAll(queue)).toEqual([])
})
