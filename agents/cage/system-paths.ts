import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PathRight } from './cage-steps.ts'

/** Where systems keep programs and their libraries. Nothing private lies there. */
const SYSTEM_FOLDERS = [
  ...['/usr', '/bin', '/lib', '/lib32', '/lib64', '/libx32'],
  ...['/nix/store', '/gnu/store', '/run/current-system'],
]
/** What libraries look at when they start. `/proc/self` is the caged process itself. */
const SYSTEM_READS = [
  ...['/etc/ld.so.cache', '/etc/localtime', '/etc/perl', '/etc/alternatives'],
  ...['/dev/zero', '/dev/random', '/dev/urandom', '/sys/devices/system/cpu', '/sys/fs/cgroup'],
  ...['/proc/self', '/proc/cpuinfo', '/proc/meminfo', '/proc/stat', '/proc/sys/vm/overcommit_memory'],
]
/** The program header of an executable lies at its beginning, and so does the name of its loader. */
const HEAD_BYTES = 64 * 1024

/** What every program needs to run: its own file, the loader, libraries. */
export function programPaths(program: string): PathRight[] {
  const paths: PathRight[] = [...SYSTEM_FOLDERS, ...SYSTEM_READS].map((path) => ({ right: 'read', path }))
  paths.push({ right: 'device', path: '/dev/null' })
  paths.push({ right: 'execute', path: program })
  // A program that was unpacked somewhere brings its libraries along.
  paths.push({ right: 'read', path: join(dirname(program), 'lib') })
  paths.push({ right: 'read', path: join(dirname(program), '..', 'lib') })
  const runner = findRunner(readHead(program))
  if (runner === 'script') {
    for (const path of SYSTEM_FOLDERS) paths.push({ right: 'execute', path })
  } else if (runner !== undefined) {
    paths.push({ right: 'execute', path: runner })
  }
  return paths
}

/**
 * What else must be executed for a program to run.
 *
 * @param head its first bytes
 * @returns path of the loader that an ELF file names, `script` for one that begins with `#!`, undefined for neither
 */
export function findRunner(head: Buffer): string | 'script' | undefined {
  if (head.subarray(0, 2).toString('latin1') === '#!') return 'script'
  const isElf64 = head.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]))
  if (!isElf64 || head.length < 64) return undefined
  const tableAt = Number(head.readBigUInt64LE(32))
  const entryBytes = head.readUInt16LE(54)
  const entries = head.readUInt16LE(56)
  for (let index = 0; index < entries; index += 1) {
    const at = tableAt + index * entryBytes
    if (at + 40 > head.length) return undefined
    const isInterpreter = head.readUInt32LE(at) === 3
    if (!isInterpreter) continue
    const start = Number(head.readBigUInt64LE(at + 8))
    const length = Number(head.readBigUInt64LE(at + 32))
    const text = head.subarray(start, start + length).toString('latin1')
    return text.replace(/\0.*$/s, '') || undefined
  }
  return undefined
}

function readHead(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0))
  } catch {
    // It does not start either, and whoever starts it says so.
    return head.subarray(0, 0)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
