import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { descendantsOf, listProcesses, parseReadBytes, parseStat } from './process-usage.ts'

test('a command’s name cannot confuse the reader', () => {
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 1 0 12345'
  expect(parseStat(line)).toEqual({ pid: 42, parentPid: 7, cpuMs: 3_000 })
  expect(parseReadBytes('rchar: 123\nwchar: 5\n')).toBe(123)
})

test('descendants are found in any order', () => {
  const usage = (pid: number, parentPid: number) => ({ pid, parentPid, command: '', cpuMs: 0, readBytes: 0 })
  const processes = [usage(4, 3), usage(3, 2), usage(2, 1), usage(9, 1)]
  expect(
    descendantsOf(2, processes)
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual([2, 3, 4])
})

test.skipIf(process.platform !== 'linux')('this process is among them and has used the processor', () => {
  spawnSync('true')
  const own = listProcesses().find(({ pid }) => pid === process.pid)
  expect(own?.cpuMs).toBeGreaterThan(0)
  expect(own?.readBytes).toBeGreaterThan(0)
})
