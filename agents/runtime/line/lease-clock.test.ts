import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { leaseNowMs } from './lease-clock.ts'

test.skipIf(process.platform !== 'linux')(
  'leases run by the clock that goes on in a suspended machine',
  () => {
    const bootMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000
    expect(Math.abs(leaseNowMs() - bootMs)).toBeLessThan(1_000)
  },
)

test('it goes forward at the pace of time', async () => {
  const startMs = leaseNowMs()
  const measuredMs = performance.now()
  await sleep(200)
  const passedMs = performance.now() - measuredMs
  expect(Math.abs(leaseNowMs() - startMs - passedMs)).toBeLessThan(180)
})
