import { expect, test } from 'vitest'
import { describeAge, describeDuration } from './describe-time.ts'
import { findNamed } from './find-named.ts'
import { formatTable } from './print-table.ts'

const columns = [
  { title: 'name', value: ({ name }: { name: string }) => name },
  {
    title: 'jobs',
    value: ({ jobs }: { name: string; jobs: number | null }) => jobs,
    align: 'right' as const,
  },
]

test('columns are as wide as what is in them', () => {
  const rows = [
    { name: 'nas', jobs: 12 },
    { name: 'workshop', jobs: null },
  ]
  expect(formatTable(columns, rows)).toBe('NAME      JOBS\nnas         12\nworkshop     –')
})

test('on a terminal a line is cut at its edge, elsewhere it is whole', () => {
  const rows = [{ name: 'x'.repeat(100), jobs: 1 }]
  for (const line of formatTable(columns, rows, 80).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(formatTable(columns, rows)).toContain('x'.repeat(100))
})

test('names cannot speak to the terminal', () => {
  const text = formatTable(columns, [{ name: 'a\u001b[2Jb\nc', jobs: 1 }])
  expect(text).not.toContain('\u001b')
  expect(text.split('\n')).toHaveLength(2)
})

test.each([
  [5, '5 s'],
  [89, '89 s'],
  [300, '5 min'],
  [3 * 3_600, '3 h'],
  [72 * 3_600, '3 d'],
])('%d seconds are %s', (seconds, text) => {
  expect(describeDuration(seconds)).toBe(text)
})

test('an age is told from the clock', () => {
  const now = new Date('2026-01-01T12:00:00Z')
  expect(describeAge('2026-01-01T11:00:00Z', now)).toBe('60 min ago')
  expect(describeAge('2026-01-01T11:59:58Z', now)).toBe('now')
  expect(describeAge(null, now)).toBe('never')
})

test('a thing is found by name or number, and never guessed', () => {
  const all = [
    { id: 1, name: 'nas' },
    { id: 2, name: 'desk' },
    { id: 3, name: 'desk' },
  ]
  expect(findNamed('agent', 'NAS', all).id).toBe(1)
  expect(findNamed('agent', '3', all).id).toBe(3)
  expect(() => findNamed('agent', 'desk', all)).toThrow(/several.*2, 3/)
  expect(() => findNamed('agent', 'nsa', all)).toThrow(/did you mean nas\?/)
})
