import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import { BucketStore, type LoadBucketPage } from './bucket-store.ts'

/** A far side whose pages are handed out by the test. */
function slowServer() {
  const asked: {
    bucket: string
    cursor: string | undefined
    signal: AbortSignal
    answer: (count: number, next?: string) => void
    fail: () => void
  }[] = []
  const load: LoadBucketPage = (bucket, { cursor }, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      asked.push({
        bucket,
        cursor,
        signal,
        answer: (count, next) =>
          resolve({
            items: Array.from({ length: count }, (_, id) => tileFixture({ id: id + 1 })),
            nextCursor: next ?? null,
          }),
        fail: () => reject(new Error('no route')),
      })
    })
  return { asked, load }
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 0))

test('a month that is scrolled past stops loading', async () => {
  const { asked, load } = slowServer()
  const store = new BucketStore(load)
  store.want(['2024-05'])
  store.want(['2024-04'])
  expect(asked[0]?.signal.aborted).toBe(true)
  expect(asked[1]?.signal.aborted).toBe(false)
})

test('the first page is shown before the month is complete', async () => {
  const { asked, load } = slowServer()
  const store = new BucketStore(load)
  store.want(['2024-05'])
  asked[0]?.answer(3, 'next')
  await soon()
  expect(store.find('2024-05')).toMatchObject({ complete: false, tiles: { length: 3 } })
  expect(asked[1]?.cursor).toBe('next')
  asked[1]?.answer(2)
  await soon()
  expect(store.find('2024-05')).toMatchObject({ complete: true, tiles: { length: 5 } })
})

test('a loaded month is not asked for again until something has changed', async () => {
  const { asked, load } = slowServer()
  const store = new BucketStore(load)
  store.want(['2024-05'])
  asked[0]?.answer(3)
  await soon()
  store.want(['2024-05'])
  expect(asked).toHaveLength(1)
  store.invalidate()
  expect(asked).toHaveLength(2)
})

test('while a month is refreshed the old one stays whole', async () => {
  const { asked, load } = slowServer()
  const store = new BucketStore(load)
  store.want(['2024-05'])
  asked[0]?.answer(30)
  await soon()
  store.invalidate()
  asked[1]?.answer(2, 'next')
  await soon()
  expect(store.find('2024-05')?.tiles).toHaveLength(30)
  asked[2]?.answer(4)
  await soon()
  expect(store.find('2024-05')?.tiles).toHaveLength(6)
})

test('a month that somebody needs whole goes on loading off screen', async () => {
  const { asked, load } = slowServer()
  const store = new BucketStore(load)
  const tiles = store.require('2024-05')
  store.want([])
  expect(asked[0]?.signal.aborted).toBe(false)
  asked[0]?.answer(7)
  expect(await tiles).toHaveLength(7)
})

test('a failure is told, kept beside what was known, and tried again after a pause', async () => {
  const { asked, load } = slowServer()
  let nowMs = 0
  const store = new BucketStore(load, () => nowMs)
  store.want(['2024-05'])
  asked[0]?.fail()
  await soon()
  expect(store.find('2024-05')?.error).toBeInstanceOf(Error)
  store.want(['2024-05'])
  expect(asked).toHaveLength(1)
  nowMs = 4_000
  store.want(['2024-05'])
  expect(asked).toHaveLength(2)
  store.clear()
})
