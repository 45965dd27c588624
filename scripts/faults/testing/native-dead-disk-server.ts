import { spawnSync } from 'node:child_process'
import { openSync, readSync, writeSync } from 'node:fs'

/**
 * A disk that dies in the middle: a FUSE file system of one folder in which every name is a file of a given size.
 * Files can be found and opened; whoever reads a folder or a file waits for ever, in a system call that
 * not even SIGKILL ends. `mute` as third argument: nothing at all is answered.
 *
 * Says `mounted` and serves until it is unmounted or killed, which ends all waiting with an error.
 */

const [, , mountPoint = '', fileBytes = '', mode = ''] = process.argv
const OPCODE = {
  lookup: 1,
  getattr: 3,
  open: 14,
  release: 18,
  flush: 25,
  init: 26,
  opendir: 27,
  releasedir: 29,
}
/** FORGET, READ, READDIR, INTERRUPT, BATCH_FORGET, READDIRPLUS: want no answer, or get none. */
const UNANSWERED = new Set([2, 15, 28, 36, 42, 44])
const ENOSYS = -38
const ROOT_NODE = 1n
const FILE_NODE = 2n
const HEADER_BYTES = 16
/** Reads go to the server one by one, instead of through a cache that can be killed. */
const DIRECT_IO = 1

const device = openSync('/dev/fuse', 'r+')
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other'
const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'dead-disk', mountPoint], {
  stdio: ['ignore', 'inherit', 'inherit', device],
})
if (mounted.status !== 0) process.exit(1)
writeSync(1, 'mounted\n')

const request = Buffer.alloc(1024 * 1024)
for (;;) {
  let length: number
  try {
    length = readSync(device, request)
  } catch {
    process.exit(0)
  }
  if (mode !== 'mute') answer(request.subarray(0, length))
}

/** Layouts are those of `linux/fuse.h`, version 7.31. */
function answer(message: Buffer): void {
  const opcode = message.readUInt32LE(4)
  const unique = message.readBigUInt64LE(8)
  const node = message.readBigUInt64LE(16)
  if (UNANSWERED.has(opcode)) return
  const body = answerTo(opcode, node)
  if (body === undefined) reply(unique, Buffer.alloc(0), ENOSYS)
  else reply(unique, body)
}

function answerTo(opcode: number, node: bigint): Buffer | undefined {
  switch (opcode) {
    case OPCODE.init:
      return initAnswer()
    case OPCODE.lookup:
      return Buffer.concat([entryHead(), attributes(FILE_NODE)])
    case OPCODE.getattr:
      return Buffer.concat([Buffer.alloc(16), attributes(node)])
    case OPCODE.open:
    case OPCODE.opendir:
      return openAnswer()
    case OPCODE.flush:
    case OPCODE.release:
    case OPCODE.releasedir:
      return Buffer.alloc(0)
    default:
      return undefined
  }
}

function reply(unique: bigint, body: Buffer, error = 0): void {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt32LE(HEADER_BYTES + body.length, 0)
  head.writeInt32LE(error, 4)
  head.writeBigUInt64LE(unique, 8)
  try {
    writeSync(device, Buffer.concat([head, body]))
  } catch {
    // Whoever asked has gone.
  }
}

function initAnswer(): Buffer {
  const body = Buffer.alloc(64)
  body.writeUInt32LE(7, 0)
  body.writeUInt32LE(31, 4)
  body.writeUInt32LE(128 * 1024, 20)
  return body
}

function entryHead(): Buffer {
  const head = Buffer.alloc(40)
  head.writeBigUInt64LE(FILE_NODE, 0)
  return head
}

function openAnswer(): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(DIRECT_IO, 8)
  return body
}

function attributes(node: bigint): Buffer {
  const isRoot = node === ROOT_NODE
  const body = Buffer.alloc(88)
  body.writeBigUInt64LE(node, 0)
  body.writeBigUInt64LE(isRoot ? 0n : BigInt(fileBytes), 8)
  body.writeUInt32LE(isRoot ? 0o040755 : 0o100644, 60)
  body.writeUInt32LE(1, 64)
  return body
}
