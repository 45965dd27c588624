import { expect, test } from 'vitest'
import { LogLines, MAX_LOG_LINES } from '../../../protocol/leases.ts'
import { PendingLog } from './pending-log.ts'

const line = (message: string) => ({ afterMs: 1, level: 'info' as const, message })

test('lines are numbered through one holding and go once they have arrived', () => {
  const log = new PendingLog()
  log.add(line('a'))
  log.add(line('b'))
  const sent = log.outgoing(2)
  log.add(line('c'))
  expect(log.outgoing(2).map(({ seq, message }) => [seq, message])).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ])
  log.arrived(sent)
  expect(log.outgoing(2).map(({ seq, message }) => [seq, message])).toEqual([[2, 'c']])
  expect(log.isEmpty).toBe(false)
  log.arrived(log.outgoing(2))
  expect(log.isEmpty).toBe(true)
})

test('of too many lines the first are kept, and it is said how many are missing', () => {
  const log = new PendingLog()
  for (let i = 0; i < 5_000; i += 1) log.add(line(`line ${i}`))
  const sent = LogLines.parse(log.outgoing(7))
  expect(sent).toHaveLength(MAX_LOG_LINES)
  expect(sent.at(-2)?.message).toBe(`line ${MAX_LOG_LINES - 2}`)
  const missing = 5_000 - (MAX_LOG_LINES - 1)
  expect(sent.at(-1)).toMatchObject({
    afterMs: 7,
    level: 'warn',
    message: `… ${missing} more lines left out`,
  })

  // Not arrived: the same again, within the limit, and nothing that comes meanwhile changes what was sent.
  log.add(line('late'))
  expect(log.outgoing(8)).toEqual(sent)
  log.arrived(sent)
  expect(log.outgoing(9)).toMatchObject([{ seq: MAX_LOG_LINES, message: '… 1 more lines left out' }])
})
