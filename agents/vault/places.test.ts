import { expect, test } from 'vitest'
import { Places } from './places.ts'

const never = new AbortController().signal

test('places are given in the order in which callers came', async () => {
  const places = new Places(1)
  await places.enter(never)
  const order: string[] = []
  const first = places.enter(never).then(() => order.push('first'))
  const second = places.enter(never).then(() => order.push('second'))
  places.leave()
  await first
  places.leave()
  await second
  expect(order).toEqual(['first', 'second'])
})

test('a caller that gives up waiting leaves the line to the next', async () => {
  const places = new Places(1)
  await places.enter(never)
  const stop = new AbortController()
  const cancelled = places.enter(stop.signal)
  const next = places.enter(never)
  stop.abort(new Error('cancelled'))
  await expect(cancelled).rejects.toThrow('cancelled')
  places.leave()
  await next
  places.leave()
  await places.enter(never)
})

test('who comes with a signal that was aborted before gets no place', async () => {
  const places = new Places(1)
  await expect(places.enter(AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled')
  await places.enter(never)
})
