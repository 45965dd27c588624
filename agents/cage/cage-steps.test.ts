import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { callFilter } from './call-filter.ts'
import { capabilitiesForReading, missingParts, permittedCapabilities } from './open-cage.ts'
import { findSystemCalls } from './system-calls.ts'
import { findRunner } from './system-paths.ts'

const X64 = 0xc000003e
const ARM64 = 0xc00000b7
const [ALLOW, EPERM, ENOSYS] = [0x7fff0000, 0x00050001, 0x00050026]

/** What the kernel does with a filter: `struct seccomp_data` in, an action out. */
function judge(filter: Buffer, call: { number: number; arch: number; argument?: number }): number {
  const fields: Record<number, number> = { 0: call.number, 4: call.arch, 16: call.argument ?? 0 }
  let value = 0
  for (let at = 0; at < filter.length / 8; at += 1) {
    const code = filter.readUInt16LE(at * 8)
    const [ifTrue, ifFalse] = [filter[at * 8 + 2]!, filter[at * 8 + 3]!]
    const operand = filter.readUInt32LE(at * 8 + 4)
    if (code === 0x06) return operand
    if (code === 0x20) value = fields[operand]!
    else if (code === 0x15) at += value === operand ? ifTrue : ifFalse
    else if (code === 0x35) at += value >= operand ? ifTrue : ifFalse
    else if (code === 0x45) at += (value & operand) >>> 0 ? ifTrue : ifFalse
    else throw new Error(`instruction ${code}`)
  }
  throw new Error('the filter has no end')
}

test.each([
  ['x64', 'read', { number: 0, arch: X64 }, ALLOW],
  ['x64', 'socketpair', { number: 53, arch: X64 }, ALLOW],
  ['x64', 'socket', { number: 41, arch: X64 }, EPERM],
  ['x64', 'socket of the 32-bit interface', { number: 41 + 0x40000000, arch: X64 }, EPERM],
  ['x64', 'anything of a 32-bit program', { number: 3, arch: 0x40000003 }, EPERM],
  ['x64', 'utimensat', { number: 280, arch: X64 }, EPERM],
  ['x64', 'io_uring_setup', { number: 425, arch: X64 }, ENOSYS],
  ['x64', 'clone of a thread', { number: 56, arch: X64, argument: 0x3d0f00 }, ALLOW],
  ['x64', 'clone into a new user namespace', { number: 56, arch: X64, argument: 0x10000011 }, EPERM],
  ['arm64', 'read', { number: 63, arch: ARM64 }, ALLOW],
  ['arm64', 'socket', { number: 198, arch: ARM64 }, EPERM],
  ['arm64', 'socketpair', { number: 199, arch: ARM64 }, ALLOW],
  ['arm64', 'clone into a new network', { number: 220, arch: ARM64, argument: 0x40000000 }, EPERM],
])('on %s the filter judges %s', (processor, _, call, action) => {
  expect(judge(callFilter(findSystemCalls(processor)!), call)).toBe(action)
})

test('no call is on a list twice, and filters are short enough for the kernel', () => {
  for (const processor of ['x64', 'arm64']) {
    const calls = findSystemCalls(processor)!
    const all = [...calls.refused, ...calls.unknown]
    expect(new Set(all).size).toBe(all.length)
    expect(callFilter(calls).length / 8).toBeLessThan(4_096)
  }
})

test('what could not be applied is told once for each part', () => {
  const holds = 'network\t1\nfiles\t1\nprivileges\t1\n'
  expect(missingParts(holds)).toEqual([])
  expect(missingParts(`files\tFunction not implemented\nnetwork\t1\nfiles\t0\nprivileges\t1\n`)).toEqual([
    { part: 'files', reason: expect.stringMatching(/Landlock.*\(Function not implemented\)/) },
  ])
  expect(missingParts(holds.replace('network\t1', 'network\t0'))).toMatchObject([{ part: 'network' }])
  expect(missingParts('').map(({ part }) => part)).toEqual(['privileges', 'files', 'network'])
})

test.each([
  ['root', '000001ffffffffff', 4],
  ['root in a container', '00000000a80425fb', 2],
  ['somebody', '0000000000000000', null],
  ['somebody who may open low ports', '0000000000000400', 0],
])('%s keeps only what reading needs', (_, permitted, expected) => {
  expect(capabilitiesForReading(permittedCapabilities(`Name:\tx\nCapPrm:\t${permitted}\n`))).toBe(expected)
})

test('what runs a program is read from its beginning', () => {
  expect(findRunner(Buffer.from('#!/bin/sh\n'))).toBe('script')
  expect(findRunner(Buffer.from('MZ'))).toBeUndefined()
  expect(findRunner(Buffer.alloc(0))).toBeUndefined()
  // Headers that point nowhere.
  const wild = Buffer.alloc(64, 0xff)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]).copy(wild)
  expect(findRunner(wild)).toBeUndefined()
  if (process.platform !== 'linux') return
  expect(findRunner(readFileSync('/bin/sh').subarray(0, 65_536))).toMatch(/\/ld-/)
})
