import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { SupervisedProcess } from './supervised-process.ts'

test('one that cannot be started is tried again with pauses, also after it was to start anew', async () => {
  let tries = 0
  const supervised = new SupervisedProcess({
    ...{ name: 'none', script: 'agents/main.ts', codeCache: '', onLine: () => {} },
    config: () => {
      tries += 1
      // The first few would be enough to see it; a loop without pauses would never let the test go on.
      if (tries > 100) void supervised.stop()
      throw new Error('no memory')
    },
  })
  onTestFinished(() => supervised.stop())
  supervised.keepTrying()
  supervised.restart()
  await sleep(1_000)
  expect(tries).toBeGreaterThan(1)
  expect(tries).toBeLessThan(8)
})
