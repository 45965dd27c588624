import type { SystemCalls } from './system-calls.ts'

/** Instructions of the kernel's packet filter, `linux/bpf_common.h`. */
const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const JUMP_IF_ANY_BIT = 0x45
const RETURN = 0x06

/** Where `struct seccomp_data` has its fields, in bytes; processors are little-endian here. */
const AT_NUMBER = 0
const AT_ARCH = 4
const AT_FIRST_ARGUMENT = 16

const ALLOW = 0x7fff0000
const REFUSE = 0x00050000
const EPERM = 1
const ENOSYS = 38

/** A new mount, cgroup, UTS, IPC, user, process or network namespace. */
const NEW_NAMESPACE_FLAGS = 0x7e020000

type Instruction = { code: number; value: number; ifTrue?: number; ifFalse?: number }

/**
 * The program that a kernel runs at each system call of a caged process.
 *
 * @param allowed numbers that are not refused after all
 * @returns instructions of 8 bytes each: `struct sock_filter`, little-endian
 */
export function callFilter(calls: SystemCalls, allowed: readonly number[] = []): Buffer {
  const refuse = (errno: number): Instruction => ({ code: RETURN, value: REFUSE | errno })
  const refuseNumber = (number: number, errno: number): Instruction[] => [
    { code: JUMP_IF_EQUAL, value: number, ifFalse: 1 },
    refuse(errno),
  ]
  const program: Instruction[] = [
    { code: LOAD, value: AT_ARCH },
    // The same processor in an older mode has other numbers for its calls.
    { code: JUMP_IF_EQUAL, value: calls.auditArch, ifTrue: 1 },
    refuse(EPERM),
    { code: LOAD, value: AT_NUMBER },
  ]
  if (calls.foreignFrom !== null) {
    program.push({ code: JUMP_IF_AT_LEAST, value: calls.foreignFrom, ifFalse: 1 }, refuse(EPERM))
  }
  const refused = calls.refused.filter((number) => !allowed.includes(number))
  for (const number of refused) program.push(...refuseNumber(number, EPERM))
  for (const number of calls.unknown) program.push(...refuseNumber(number, ENOSYS))
  program.push(
    { code: JUMP_IF_EQUAL, value: calls.clone, ifFalse: 3 },
    { code: LOAD, value: AT_FIRST_ARGUMENT },
    { code: JUMP_IF_ANY_BIT, value: NEW_NAMESPACE_FLAGS, ifFalse: 1 },
    refuse(EPERM),
    { code: RETURN, value: ALLOW },
  )
  return Buffer.concat(program.map(encode))
}

function encode({ code, value, ifTrue = 0, ifFalse = 0 }: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value >>> 0, 4)
  return bytes
}
