import { expect, test } from 'vitest'
import { OpeningLines } from './opening-lines.ts'

test('keeps what the engine says while it opens, and nothing of what it says afterwards', () => {
  const lines = new OpeningLines()
  lines.add('LOG: database system was interrupted')
  lines.add('PANIC: could not locate a valid checkpoint record')
  expect(lines.all).toEqual([
    'LOG: database system was interrupted',
    'PANIC: could not locate a valid checkpoint record',
  ])

  lines.close()
  lines.add('ERROR: duplicate key')
  expect(lines.all).toEqual([])
})

test('keeps the last lines of an engine that says very much', () => {
  const lines = new OpeningLines()
  for (let line = 0; line < 100_000; line++) lines.add(`${line}`)
  expect(lines.all.length).toBeLessThanOrEqual(1_000)
  expect(lines.all.at(-1)).toBe('99999')
})
