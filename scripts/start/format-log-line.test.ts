import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { formatLogLine } from './format-log-line.ts'

const now = new Date(2026, 0, 2, 3, 4, 5)
const format = (line: string) => formatLogLine('agent', line, now)
const log = (write: (log: ReturnType<typeof pino>) => void): string => {
  const lines: string[] = []
  write(pino({ name: 'agent vault', level: 'trace' }, { write: (text) => void lines.push(text.trimEnd()) }))
  return lines.join()
}

/** What could end a line, move the cursor, colour it or turn it around. */
const nasty = [
  ...['\n', '\r\n', '\u0085', '\u2028', '\u2029', '\u001b[2J', '\u009b31m', '\u0007', '\u007f', '\0'],
  ...['\u202e', '\u2066', '\u061c', '\u200f', '\ud800', '"', '\\', '😀'],
]
const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary' })), { maxLength: 8 })
  .map((parts) => parts.join(''))
const harmless = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u

test('a line of ours is time, process, level, sentence and values', () => {
  const line = log((log) => log.info({ files: 3, folder: 'a b' }, 'scanned folder'))
  expect(format(line)).toEqual({ level: 30, text: '03:04:05 agent info scanned folder files=3 folder="a b"' })
})

test.each([
  ['trace', 10],
  ['debug', 20],
  ['warn', 40],
  ['error', 50],
  ['fatal', 60],
] as const)('the level %s keeps its name', (name, level) => {
  expect(format(log((log) => log[name]('x')))).toEqual({ level, text: `03:04:05 agent ${name} x` })
})

test('an error keeps its message and where it happened, in one line', () => {
  const { text } = format(log((log) => log.error({ err: new Error('no\nroom') }, 'could not write')))
  expect(text).toMatch(harmless)
  expect(text).toContain('"message":"no\\nroom"')
  expect(text).toContain('format-log-line.test.ts')
})

test('whatever a value, a sentence or a name holds, the line stays one and reads from left to right', () => {
  fc.assert(
    fc.property(nastyText, nastyText, fc.jsonValue(), (name, text, value) => {
      const line = JSON.stringify({ level: 30, msg: text, [`key ${name}`]: name, value })
      const formatted = format(line)
      expect(formatted.level).toBe(30)
      expect(formatted.text).toMatch(harmless)
      expect(formatted.text.startsWith('03:04:05 agent info ')).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a file’s name cannot forge a second line', () => {
  const path = 'a.jpg\n03:04:05 coordinator fatal your disk is broken\u001b[2K\u202egpj'
  const { text } = format(log((log) => log.warn({ path }, 'cannot read file')))
  expect(text).toBe(
    '03:04:05 agent warn cannot read file path="a.jpg\\n03:04:05 coordinator fatal your disk is broken\\u001b[2K\\u202egpj"',
  )
})

test('anything that a process may write is shown and never breaks the supervisor', () => {
  const lines = fc.oneof(
    nastyText,
    fc.json(),
    fc.record({ level: fc.anything(), msg: fc.anything() }).map((record) => {
      try {
        return JSON.stringify(record) ?? ''
      } catch {
        return '{"level":30,"msg":{"not":"text"}}'
      }
    }),
    fc.constantFrom('null', '[]', '{"level":"info"}', '{"level":30,"msg":null}', '{"level":1e999,"msg":[1]}'),
  )
  fc.assert(
    fc.property(lines, (line) => {
      expect(format(line).text).toMatch(harmless)
      expect(typeof format(line).level).toBe('number')
    }),
    { numRuns: 500 },
  )
})

test('what is not a log line of ours counts as an error, so that nobody misses it', () => {
  expect(format('Segmentation fault')).toEqual({ level: 50, text: '03:04:05 agent error Segmentation fault' })
  expect(format('{"level":30,"msg":{"a":1}}').text).toBe('03:04:05 agent info {"a":1}')
  expect(format('{"level":30}').text).toBe('03:04:05 agent info ')
})
