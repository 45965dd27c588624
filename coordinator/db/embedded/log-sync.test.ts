import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogSync } from './log-sync.ts'

const ALWAYS_BESIDE = 0
const NEVER_BESIDE = 1e9

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-log-sync-'))
  path = join(folder, 'segment')
  writeFileSync(path, 'log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const failOnError = (error: unknown) => {
  throw error
}

test('what is owed is on the disk when it is settled, and then nothing is owed', async () => {
  const logSync = new LogSync(failOnError, ALWAYS_BESIDE)
  expect(logSync.settled()).toBeUndefined()
  logSync.owe(path)
  expect(logSync.settled()).toBeInstanceOf(Promise)
  await logSync.settled()
  expect(logSync.settled()).toBeUndefined()
})

test('what is owed while a sync runs shares the next one', async () => {
  const logSync = new LogSync(failOnError, ALWAYS_BESIDE)
  logSync.owe(path)
  const first = logSync.settled()
  logSync.owe(path)
  const second = logSync.settled()
  logSync.owe(path)
  expect(logSync.settled()).toBe(second)
  expect(second).not.toBe(first)
  const order: string[] = []
  await Promise.all([first?.then(() => order.push('first')), second?.then(() => order.push('second'))])
  expect(order).toEqual(['first', 'second'])
  expect(logSync.settled()).toBeUndefined()
})

test('settling now leaves nobody waiting for a sync under way', async () => {
  const logSync = new LogSync(failOnError, ALWAYS_BESIDE)
  logSync.owe(path)
  logSync.owe(path)
  const waiting = logSync.settled()
  logSync.settleNow()
  await waiting
  // What was under way ends by itself and settles nothing twice.
  logSync.owe(path)
  await logSync.settled()
})

test('a sync that fails is told once, and whoever waits is never told that it is done', async () => {
  const failed = Promise.withResolvers<unknown>()
  const logSync = new LogSync(failed.resolve, ALWAYS_BESIDE)
  logSync.owe(join(folder, 'gone'))
  let settled = false
  logSync.settled()?.then(() => {
    settled = true
  })
  expect(await failed.promise).toMatchObject({ code: 'ENOENT' })
  expect(settled).toBe(false)
  expect(() => logSync.settleNow()).toThrow(/ENOENT/)
})

test('a quick disk is waited for', () => {
  const logSync = new LogSync(failOnError, NEVER_BESIDE)
  logSync.owe(path)
  expect(logSync.settled()).toBeUndefined()
})

test('a disk that has become quick again is waited for again', async () => {
  let [time, syncMs] = [0, 50]
  // Read once before a sync and once after it.
  let readings = 0
  const now = () => (time += readings++ % 2 === 0 ? 0 : syncMs)
  const logSync = new LogSync(failOnError, 5, now)
  logSync.owe(path)
  logSync.owe(path)
  expect(logSync.settled()).toBeInstanceOf(Promise)
  await logSync.settled()
  syncMs = 0.1
  for (let i = 0; i < 1_000; i += 1) {
    logSync.owe(path)
    await logSync.settled()
  }
  for (let i = 0; i < 100; i += 1) {
    logSync.owe(path)
    expect(logSync.settled()).toBeUndefined()
  }
})
