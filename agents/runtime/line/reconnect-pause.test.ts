import { expect, test } from 'vitest'
import { LONGEST_PAUSE_MS, reconnectPauseMs } from './reconnect-pause.ts'

test('pauses grow up to a limit and are spread, also the first', () => {
  const middle = [0, 1, 2, 3, 10, 2_000].map((failures) => reconnectPauseMs(failures, 0.5))
  expect(middle).toEqual([250, 500, 1_000, 2_000, LONGEST_PAUSE_MS, LONGEST_PAUSE_MS])
  expect([reconnectPauseMs(0, 0), reconnectPauseMs(0, 1)]).toEqual([125, 375])
})
