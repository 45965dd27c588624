import { expect, test } from 'vitest'
import { logText } from './log-text.ts'

test.each<[unknown[], string]>([
  [['scanned %s of %d', 'a', 3], 'scanned a of 3'],
  [[{ files: 3, ms: 12 }, 'scanned %s', 'folder'], 'scanned folder { files: 3, ms: 12 }'],
  [[{ files: 3 }], '{ files: 3 }'],
  [['broken \udcff and \0'], 'broken \ufffd and \ufffd'],
])('%j is one text', (call, text) => {
  expect(logText(call)).toBe(text)
})

test('an error brings its stack and its cause', () => {
  const error = new Error('no room', { cause: new Error('disk full') })
  for (const text of [logText([error]), logText([{ err: error, fileId: 7 }, 'could not write'])]) {
    expect(text).toContain('Error: no room')
    expect(text).toContain('log-text.test.ts')
    expect(text).toContain('disk full')
  }
  expect(logText([{ err: error, fileId: 7 }, 'could not write'])).toMatch(
    /^could not write \{ fileId: 7 \}\nError/,
  )
})

test('a text is cut at its limit, also in the middle of a pair', () => {
  expect(logText(['x'.repeat(1_001)])).toBe(`${'x'.repeat(999)}…`)
  const cut = logText([`${'x'.repeat(998)}😀😀`])
  expect(cut.length).toBeLessThanOrEqual(1_000)
  expect(cut.isWellFormed()).toBe(true)
})
