import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TreeUsage, totalOf, UsageWatch } from './usage-watch.ts'

const look = (pid: number, parentPid: number, readBytes: number, command = `p${pid}`) => ({
  pid,
  parentPid,
  command,
  cpuMs: 10,
  readBytes,
})
const readBytesOf = (tree: TreeUsage) => Object.fromEntries(tree.processes().map((p) => [p.pid, p.readBytes]))

test('what an ended child has read counts for the child alone, all the way up', () => {
  const tree = new TreeUsage()
  tree.add([look(1, 0, 5), look(2, 1, 7), look(3, 2, 100)])
  tree.add([look(1, 0, 5), look(2, 1, 107)])
  tree.add([look(1, 0, 112)])
  expect(readBytesOf(tree)).toEqual({ 1: 5, 2: 7, 3: 100 })
})

test('a child that vanishes within a look takes nothing from its parent', () => {
  const tree = new TreeUsage()
  tree.add([look(1, 0, 50), look(2, 1, 100)])
  tree.add([look(1, 0, 50)])
  expect(readBytesOf(tree)).toEqual({ 1: 50, 2: 100 })
  tree.add([look(1, 0, 160)])
  expect(readBytesOf(tree)).toEqual({ 1: 60, 2: 100 })
})

test('one that has ended and is still listed keeps its name and bytes', () => {
  const tree = new TreeUsage()
  tree.add([look(1, 0, 50)])
  tree.add([look(1, 0, 0, '')])
  expect(tree.processes()).toEqual([look(1, 0, 50)])
})

test.skipIf(process.platform !== 'linux')('a real tree’s bytes count once', { timeout: 20_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-usage-'))
  const path = join(folder, 'bytes')
  const sizeBytes = 20_000_000
  writeFileSync(path, Buffer.alloc(sizeBytes))
  // The shell waits for a child that reads the file and lingers long enough to be seen.
  const child = spawn('sh', ['-c', `sh -c 'cat "$1" > /dev/null; sleep 0.5' x ${path}; sleep 0.5; true`])
  const watch = new UsageWatch(child.pid!)
  await once(child, 'close')
  watch.stop()
  const { readBytes } = totalOf(watch.read(({ command }) => command))
  rmSync(folder, { recursive: true })
  expect(readBytes).toBeGreaterThan(sizeBytes * 0.95)
  expect(readBytes).toBeLessThan(sizeBytes * 1.1)
})
