import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { VisionReport } from '../../protocol/models.ts'
import { VisionReporter } from './vision-reporter.ts'

const reportOf = (reason: string): VisionReport => ({
  models: [],
  providers: [{ provider: 'cuda', works: false, reason }],
})

function start(intervalMs = 20) {
  const state = { report: reportOf('missing'), isReachable: true }
  const sent: VisionReport[] = []
  const reporter = new VisionReporter({
    log: pino({ level: 'silent' }),
    intervalMs,
    read: () => state.report,
    send: async (report) => {
      if (!state.isReachable) throw new AppError('unavailable', 'no coordinator')
      sent.push(report)
    },
  })
  onTestFinished(() => reporter.stop())
  reporter.start()
  return { state, sent, reporter }
}

test('what has changed is told, and nothing twice', async () => {
  const { state, sent } = start()
  await expect.poll(() => sent).toEqual([reportOf('missing')])
  state.report = reportOf('too old')
  await expect.poll(() => sent).toEqual([reportOf('missing'), reportOf('too old')])
})

test('a nudge is not waited out', async () => {
  const { state, sent, reporter } = start(600_000)
  await expect.poll(() => sent.length).toBe(1)
  state.report = reportOf('too old')
  reporter.nudge()
  await expect.poll(() => sent.length).toBe(2)
})

test('a coordinator that is met again is told again', async () => {
  const { sent, reporter } = start(600_000)
  await expect.poll(() => sent.length).toBe(1)
  reporter.tellAgain()
  await expect.poll(() => sent.length).toBe(2)
})

test('what could not be told is told later', async () => {
  const { state, sent } = start()
  await expect.poll(() => sent.length).toBe(1)
  state.isReachable = false
  state.report = reportOf('too old')
  await new Promise(setImmediate)
  state.isReachable = true
  await expect.poll(() => sent.at(-1)).toEqual(reportOf('too old'))
})
