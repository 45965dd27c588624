import { expect, test } from 'vitest'
import { ConsoleScreen } from './console-screen.ts'

/** The far side: a terminal as wide as `columns`, or a pipe when that is undefined. */
function screenOn(terminal?: { columns: number | undefined }) {
  let written = ''
  const stream = {
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
    write: (text: string) => {
      written += text
      return true
    },
  }
  const screen = new ConsoleScreen(stream as unknown as NodeJS.WriteStream)
  return { screen, written: () => written, shown: () => shownBy(written) }
}

/** What a person sees at the end: `\r` goes to the start of the line and `ESC[2K` empties it. */
function shownBy(written: string): string {
  return written
    .split('\n')
    .map((line) =>
      line
        .split('\r')
        .reduce((before, part) =>
          part.startsWith('\u001b[2K') ? part.slice(4) : part + before.slice(part.length),
        ),
    )
    .join('\n')
}

const line = (level: number, fields = {}) => JSON.stringify({ level, msg: 'said', ...fields })

test('on a terminal the live line stays below what is said', () => {
  const { screen, shown } = screenOn({ columns: 80 })
  screen.progress('1 found')
  screen.say('Hearth is ready')
  expect(shown()).toBe('Hearth is ready\n1 found')
  screen.progress('2 found')
  screen.say('Stopping')
  screen.end()
  expect(shown()).toBe('Hearth is ready\nStopping\n2 found\n')
  screen.say('Gone')
  expect(shown()).toBe('Hearth is ready\nStopping\n2 found\nGone\n')
})

test.each([
  [80, 79],
  [20, 19],
  [2, 1],
  [0, 79],
  [undefined, 79],
])('on %s columns the live line takes %i at most, so that it never wraps', (columns, most) => {
  const { screen, shown } = screenOn({ columns })
  screen.progress('x'.repeat(200))
  expect(shown().length).toBeLessThanOrEqual(most)
  expect(shown().endsWith('…')).toBe(true)
})

test('on a terminal only what somebody should know is logged; elsewhere everything', () => {
  const [terminal, pipe] = [screenOn({ columns: 80 }), screenOn()]
  for (const level of [20, 30, 40, 50]) {
    terminal.screen.log('agent', line(level))
    pipe.screen.log('agent', line(level))
  }
  expect(terminal.shown().trimEnd().split('\n')).toHaveLength(2)
  expect(pipe.shown().trimEnd().split('\n')).toHaveLength(4)
})

test('elsewhere than on a terminal nothing is coloured or overwritten, and progress comes now and then', () => {
  const { screen, written } = screenOn()
  screen.progress('1 found')
  screen.progress('2 found')
  screen.say('Hearth is ready')
  screen.progress('3 found')
  screen.end()
  expect(written()).toBe('1 found\nHearth is ready\n')
})

test('a file’s name in a log line can neither forge a line nor take the live line away', () => {
  const path = 'a.jpg\n\u001b[2K\rAll done\u202e\u2028'
  for (const terminal of [{ columns: 200 }, undefined]) {
    const { screen, written, shown } = screenOn(terminal)
    screen.progress('1 found')
    const before = written()
    screen.log('agent', line(50, { path }))
    const overwriting = terminal ? '\r\u001b[2K' : ''
    const added = written().slice(before.length + overwriting.length)
    expect(added.split('\n')).toHaveLength(2)
    expect(added.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u)
    expect(shown()).toContain('1 found')
  }
})

test('the same progress is written once', () => {
  const { screen, written } = screenOn({ columns: 80 })
  screen.progress('1 found')
  const before = written()
  screen.progress('1 found')
  expect(written()).toBe(before)
})
