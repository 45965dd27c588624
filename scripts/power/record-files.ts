import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { join, relative, resolve, sep } from 'node:path'
import { type DiskEvent, DiskRecordWriter, type FileBytes } from './disk-record.ts'

/**
 * Loaded before a database process (`--import record-files.ts?root=FOLDER&record=FILE&slowMs=N`), keeps a record
 * of everything that the process does to the files below `root`. Each sync takes `slowMs` longer than it does.
 *
 * Everything that the engine does to files goes through `node:fs`, so that is where it is seen: on every
 * system, without a tracer's slowness, with the bytes, and in one order with the answers to clients, which go
 * out of the same process. `strace` was the other way: it also sees what goes around `node:fs`, so a test
 * compares the two. A call that changes files in a way not known here throws, so that nothing is overlooked.
 */
const parameters = new URL(import.meta.url).searchParams
const root = resolve(parameters.get('root') ?? '')
const slowMs = Number(parameters.get('slowMs'))
const nothing = new Int32Array(new SharedArrayBuffer(4))
const real = { ...fs }
const record = new DiskRecordWriter(parameters.get('record') ?? '', real.writeSync)

type OpenFile = { file: number; path: string }
const openFiles = new Map<number, OpenFile>()
let lastFile = 0
let lastSync = 0

const add = (event: DiskEvent): void => record.add(event)

/** The path below the root, or undefined when it lies elsewhere. */
function inside(path: unknown): string | undefined {
  if (typeof path !== 'string') return undefined
  const below = relative(root, resolve(path))
  return below === '..' || below.startsWith(`..${sep}`) ? undefined : below
}

function isZero(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1))
}

function toFileBytes(bytes: Buffer): FileBytes {
  return isZero(bytes) ? { length: bytes.length } : { length: bytes.length, data: bytes }
}

function makesFile(flags: unknown): boolean {
  return typeof flags === 'number' ? (flags & real.constants.O_CREAT) !== 0 : /^[wa]/.test(String(flags))
}

function emptiesFile(flags: unknown): boolean {
  return typeof flags === 'number' ? (flags & real.constants.O_TRUNC) !== 0 : /^w/.test(String(flags))
}

const replacements: Record<string, unknown> = {
  openSync(path: string, flags: string | number = 'r', mode?: number) {
    const below = inside(path)
    if (below === undefined) return real.openSync(path, flags, mode)
    const existed = real.existsSync(path)
    const fd = real.openSync(path, flags, mode)
    if (!existed && makesFile(flags)) add({ type: 'create', path: below })
    else if (emptiesFile(flags)) add({ type: 'truncate', path: below, sizeBytes: 0 })
    lastFile += 1
    openFiles.set(fd, { file: lastFile, path: below })
    add({ type: 'open', file: lastFile, path: below })
    return fd
  },
  closeSync(fd: number) {
    openFiles.delete(fd)
    real.closeSync(fd)
  },
  writeSync(fd: number, bytes: NodeJS.ArrayBufferView, offset = 0, length?: number, position?: number) {
    const open = openFiles.get(fd)
    if (!open) return Reflect.apply(real.writeSync, fs, [fd, bytes, offset, length, position])
    if (typeof position !== 'number') throw new Error(`A write to ${open.path} without a position`)
    const written = real.writeSync(fd, bytes, offset, length, position)
    const data = Buffer.from(bytes.buffer, bytes.byteOffset + offset, written)
    add({ type: 'write', file: open.file, at: position, bytes: toFileBytes(data) })
    return written
  },
  writeFileSync(path: string, data: string | Buffer, options?: fs.WriteFileOptions) {
    const below = inside(path)
    if (below === undefined) return real.writeFileSync(path, data, options)
    const existed = real.existsSync(path)
    real.writeFileSync(path, data, options)
    add(existed ? { type: 'truncate', path: below, sizeBytes: 0 } : { type: 'create', path: below })
    const bytes = Buffer.from(data)
    if (bytes.length === 0) return
    lastFile += 1
    add({ type: 'open', file: lastFile, path: below })
    add({ type: 'write', file: lastFile, at: 0, bytes: toFileBytes(bytes) })
  },
  truncateSync(path: string, sizeBytes = 0) {
    const below = inside(path)
    if (below === undefined) return real.truncateSync(path, sizeBytes)
    // Not with the real `truncateSync`, which calls the replaced functions.
    const fd = real.openSync(path, 'r+')
    try {
      real.ftruncateSync(fd, sizeBytes)
    } finally {
      real.closeSync(fd)
    }
    add({ type: 'truncate', path: below, sizeBytes })
  },
  renameSync(from: string, to: string) {
    real.renameSync(from, to)
    const [belowFrom, belowTo] = [inside(from), inside(to)]
    if (belowFrom !== undefined && belowTo !== undefined)
      add({ type: 'rename', from: belowFrom, to: belowTo })
  },
  unlinkSync(path: string) {
    real.unlinkSync(path)
    const below = inside(path)
    if (below !== undefined) add({ type: 'remove', path: below })
  },
  rmdirSync(path: string) {
    real.rmdirSync(path)
    const below = inside(path)
    if (below !== undefined) add({ type: 'remove', path: below })
  },
  rmSync(path: string, options: fs.RmOptions = {}) {
    const below = inside(path)
    if (below === undefined) return real.rmSync(path, options)
    const found = real.lstatSync(path, { throwIfNoEntry: false })
    if (!found) return options.force ? undefined : real.rmSync(path, options)
    if (found.isDirectory()) {
      for (const name of real.readdirSync(path)) fs.rmSync(join(path, name), options)
      fs.rmdirSync(path)
    } else fs.unlinkSync(path)
  },
  mkdirSync(path: string, options?: fs.MakeDirectoryOptions | number) {
    const recursive = typeof options === 'object' && options.recursive
    if (recursive && inside(path) && !real.existsSync(join(path, '..'))) {
      fs.mkdirSync(join(path, '..'), options)
    }
    const existed = real.existsSync(path)
    const answer = real.mkdirSync(path, options)
    const below = inside(path)
    if (below && !existed) add({ type: 'make-folder', path: below })
    return answer
  },
  fsyncSync: syncNow('fsyncSync'),
  fdatasyncSync: syncNow('fdatasyncSync'),
  fsync: syncBeside('fsync'),
  fdatasync: syncBeside('fdatasync'),
}

function syncNow(name: 'fsyncSync' | 'fdatasyncSync') {
  return (fd: number) => {
    const open = openFiles.get(fd)
    if (slowMs > 0) Atomics.wait(nothing, 0, 0, slowMs)
    real[name](fd)
    if (!open) return
    lastSync += 1
    add({ type: 'sync-start', file: open.file, sync: lastSync })
    add({ type: 'sync-end', sync: lastSync })
  }
}

function syncBeside(name: 'fsync' | 'fdatasync') {
  return (fd: number, done: fs.NoParamCallback) => {
    const open = openFiles.get(fd)
    if (!open) return real[name](fd, done)
    const sync = ++lastSync
    add({ type: 'sync-start', file: open.file, sync })
    const end: fs.NoParamCallback = (error) => {
      if (!error) add({ type: 'sync-end', sync })
      done(error)
    }
    if (slowMs > 0) setTimeout(() => real[name](fd, end), slowMs)
    else real[name](fd, end)
  }
}

/** Ways to change files that nobody here uses: whoever begins to must teach the recorder first. */
const unknownChanges = [
  'appendFileSync',
  'copyFileSync',
  'cpSync',
  'ftruncateSync',
  'linkSync',
  'symlinkSync',
  'writevSync',
  'write',
  'writev',
  'writeFile',
  'appendFile',
  'truncate',
  'ftruncate',
  'rename',
  'unlink',
  'rmdir',
  'rm',
  'mkdir',
  'copyFile',
  'cp',
  'link',
  'symlink',
]
for (const name of unknownChanges) {
  const original = Reflect.get(real, name) as (...values: unknown[]) => unknown
  replacements[name] = (...values: unknown[]) => {
    const [target] = values
    const touches = typeof target === 'number' ? openFiles.has(target) : values.some((value) => inside(value))
    if (touches) throw new Error(`fs.${name} is not recorded`)
    return Reflect.apply(original, fs, values)
  }
}
Object.assign(fs, replacements)
syncBuiltinESMExports()

const writeToSocket = Socket.prototype.write
Socket.prototype.write = function (this: Socket, ...values: unknown[]) {
  const [bytes] = values
  if (bytes instanceof Uint8Array) {
    const acknowledged = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      .match(/ack:\d+:\d+;/g)
    if (acknowledged) add({ type: 'answer', acknowledged })
  }
  return Reflect.apply(writeToSocket, this, values)
} as typeof writeToSocket
