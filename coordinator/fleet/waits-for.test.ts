import { expect, test } from 'vitest'
import { waitsFor, waitsForNode } from './waits-for.ts'

const agent = (name: string, state: 'online' | 'draining' | 'offline', lastSeenAt: string | null = null) => ({
  name,
  state,
  lastSeenAt,
  capabilities: [{ capability: 'ingest' as const, concurrency: 2 }],
})

test.each([
  [[], 'Waits for a machine that offers “ingest”: none is known'],
  [[agent('nas', 'online')], null],
  [[agent('nas', 'offline'), agent('desk', 'online')], null],
  [
    [
      agent('nas', 'offline', '2026-01-02T03:04:05.000Z'),
      agent('desk', 'offline', '2026-02-02T03:04:05.000Z'),
    ],
    'Waits for a machine that offers “ingest”: “desk” is not connected, last seen 2026-02-02 03:04 UTC',
  ],
  [
    [agent('nas', 'offline')],
    'Waits for a machine that offers “ingest”: “nas” is not connected, last seen never',
  ],
  [
    [agent('nas', 'draining'), agent('desk', 'offline')],
    'Waits for a machine that offers “ingest”: “nas” takes no more work until it is resumed',
  ],
])('%j: %s', (agents, expected) => {
  expect(waitsForNode('ingest', agents)).toBe(expected)
  expect(waitsForNode('scan', agents)).toBe('Waits for a machine that offers “scan”: none is known')
})

test('a job that was put off waits for its time first', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const later = { capability: 'ingest', runAfter: new Date('2026-01-01T00:10:00Z') } as const
  expect(waitsFor(later, [], now)).toBe('Is tried again at 2026-01-01 00:10 UTC')
  expect(waitsFor({ ...later, runAfter: now }, [agent('nas', 'online')], now)).toBeNull()
})
