import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { DatabaseAwayError } from './db/database-error.ts'
import { Rounds, type RoundsOptions } from './rounds.ts'

function openRounds(options: Pick<RoundsOptions, 'round'> & Partial<RoundsOptions>) {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line).msg) })
  return { lines, rounds: new Rounds({ log, intervalMs: 1, failure: 'failed; trying again', ...options }) }
}

test('a round that fails is said, and the next one is tried', async () => {
  const third = Promise.withResolvers<void>()
  let count = 0
  const { rounds, lines } = openRounds({
    round: async () => {
      count += 1
      if (count === 3) third.resolve()
      if (count < 3) throw new Error('no')
    },
  })
  rounds.start()
  await third.promise
  await rounds.stop()
  expect(lines).toEqual(['failed; trying again', 'failed; trying again'])
})

test('a database that is away is left to its watch to say', async () => {
  const second = Promise.withResolvers<void>()
  let count = 0
  const { rounds, lines } = openRounds({
    round: async () => {
      count += 1
      if (count === 2) second.resolve()
      throw new DatabaseAwayError(new Error('gone'))
    },
  })
  rounds.start()
  await second.promise
  await rounds.stop()
  expect(lines).toEqual([])
})

test('rounds do not overlap, also when they are started twice', async () => {
  const fifth = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  let count = 0
  const { rounds } = openRounds({
    round: async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(2)
      running -= 1
      count += 1
      if (count === 5) fifth.resolve()
    },
  })
  rounds.start()
  rounds.start()
  await fifth.promise
  await rounds.stop()
  expect(most).toBe(1)
})

test('to stop is to tell the round in flight and to wait for its end', async () => {
  const begun = Promise.withResolvers<void>()
  const seen: string[] = []
  const { rounds, lines } = openRounds({
    round: async (signal) => {
      begun.resolve()
      await once(signal, 'abort')
      seen.push('told')
      await sleep(5)
      seen.push('ended')
      throw new Error('broken off')
    },
  })
  rounds.start()
  await begun.promise
  await rounds.stop()
  expect(seen).toEqual(['told', 'ended'])
  expect(lines).toEqual([])
})

test('one that rests first and is stopped before does nothing', async () => {
  let count = 0
  const { rounds } = openRounds({
    intervalMs: 60_000,
    restsFirst: true,
    round: async () => {
      count += 1
    },
  })
  rounds.start()
  await rounds.stop()
  expect(count).toBe(0)
})
