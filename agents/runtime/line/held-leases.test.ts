import { expect, test } from 'vitest'
import type { LeaseRef } from '../../../protocol/leases.ts'
import { leaseOf } from '../testing/test-coordinator.ts'
import { HeldLeases } from './held-leases.ts'

/** Leases of 10 s under a clock that the test sets, and what was lost of them. */
function leasesAt(startMs: number) {
  const clock = { now: startMs }
  const lost: LeaseRef[] = []
  const leases = new HeldLeases({ now: () => clock.now, onLost: (refs) => lost.push(...refs) })
  return { clock, lost, leases }
}

const lease = (jobId: number, fencingToken = 1) => leaseOf(jobId, { fencingToken, ttlMs: 10_000 })
const ref = (jobId: number, fencingToken = 1) => ({ jobId, fencingToken })

test('a lease is believed in for nine tenths of its time, from when it was asked for', () => {
  const { clock, lost, leases } = leasesAt(5_000)
  expect(leases.add([lease(1)], 4_000)).toEqual([lease(1)])
  clock.now = 12_999
  leases.dropOverdue()
  expect(lost).toEqual([])
  clock.now = 13_000
  leases.dropOverdue()
  expect(lost).toEqual([ref(1)])
  expect(leases.refs()).toEqual([])
})

test('a lease that took too long to arrive is not taken', () => {
  const { lost, leases } = leasesAt(13_000)
  expect(leases.add([lease(1)], 4_000)).toEqual([])
  expect([leases.holds(ref(1)), lost]).toEqual([false, []])
})

test('a renewal counts from when it was asked for, and never shortens', () => {
  const { clock, lost, leases } = leasesAt(0)
  leases.add([lease(1)], 0)
  leases.renewed(leases.renewals(), 5_000)
  leases.renewed(leases.renewals(), 2_000)
  clock.now = 13_999
  leases.dropOverdue()
  expect(lost).toEqual([])
  clock.now = 14_000
  leases.dropOverdue()
  expect(lost).toEqual([ref(1)])
})

test('a job whose report is on its way is held, but neither renewed nor given up', () => {
  const { clock, lost, leases } = leasesAt(0)
  leases.add([lease(1), lease(2)], 0)
  expect(leases.startReport(ref(1))).toBe(true)
  expect(leases.renewals()).toEqual([ref(2)])
  leases.revoke([1])
  clock.now = 60_000
  leases.dropOverdue()
  expect(lost).toEqual([ref(2)])
  expect(leases.refs()).toEqual([ref(1)])
  leases.letGo([ref(1)])
  expect(leases.refs()).toEqual([])
})

test('nothing of an older holding touches a newer one', () => {
  const { lost, leases } = leasesAt(0)
  leases.add([lease(1, 1)], 0)
  leases.add([lease(1, 2)], 0)
  leases.letGo([ref(1, 1)])
  leases.lose([ref(1, 1)])
  leases.addLog(ref(1, 1), 'info', 'late')
  leases.setProgress(ref(1, 1), { done: 1, total: 2 })
  expect(leases.startReport(ref(1, 1))).toBe(false)
  expect([leases.renewals(), lost]).toEqual([[ref(1, 2)], []])
})

test('a lost lease may not be reported', () => {
  const { lost, leases } = leasesAt(0)
  leases.add([lease(1)], 0)
  leases.revoke([1, 99])
  expect(lost).toEqual([ref(1)])
  expect(leases.startReport(ref(1))).toBe(false)
})

test('a renewal carries progress and no more lines than a message can hold', () => {
  const { clock, leases } = leasesAt(0)
  const all = Array.from({ length: 20 }, (_, i) => lease(i + 1))
  leases.add(all, 0)
  clock.now = 70
  for (const { jobId } of all)
    for (let i = 0; i < 100; i += 1) leases.addLog(ref(jobId), 'info', 'x'.repeat(1_000))
  leases.setProgress(ref(1), { done: 3, total: null })
  const sizes: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const renewals = leases.renewals()
    expect(renewals.map(({ jobId }) => jobId)).toEqual(all.map(({ jobId }) => jobId))
    expect(renewals[0]?.progress).toEqual({ done: 3, total: null })
    if (round === 0) expect(renewals[0]?.log?.[0]).toMatchObject({ seq: 0, afterMs: 70, level: 'info' })
    sizes.push(JSON.stringify(renewals).length)
    leases.renewed(renewals, 0)
  }
  expect(Math.max(...sizes)).toBeLessThan(1_000_000)
  expect(leases.renewals().filter(({ log }) => log)).toEqual([])
})
