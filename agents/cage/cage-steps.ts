import { encodePathName, type PathName } from '../../protocol/path-name.ts'
import type { CagePart } from './cage-part.ts'
import { callFilter } from './call-filter.ts'
import type { SystemCalls } from './system-calls.ts'

/** `RLIMIT_…` of `asm-generic/resource.h`. */
const LIMIT = { fileSize: 1, data: 2, core: 4 }
/** Larger than any preview inside a RAW file. */
const MAX_FILE_BYTES = 4 * 1024 ** 3

/** What a program in a cage may do with a path: only with it, or with all below it when it is a folder. */
export type PathRight = {
  /** `device`: read, write and control it. */
  right: 'read' | 'execute' | 'write' | 'device'
  path: PathName
}

export type CageRequest = {
  paths: readonly PathRight[]
  /** Memory for data, in bytes, above which the program is given no more. */
  maxDataBytes: number
  /** Whether it may give its own files to others. */
  keepsOwners?: boolean
}

export type StepOptions = {
  calls: SystemCalls
  /** Which parts this machine can do. */
  parts: ReadonlySet<CagePart>
  /** The process that starts it, and that it ends with. */
  parentPid: number
  /** Rights of root that stay, as a bit mask of `linux/capability.h`; null when there are none to give up. */
  keepCapabilities: number | null
  /** The same for a program that keeps the owners of files. */
  ownerCapabilities: number | null
}

/** The steps that `launcher.pl` takes, in their order. Files before calls: the filter has the last word. */
export function cageSteps(request: CageRequest, options: StepOptions): string[] {
  const { calls, parts, parentPid } = options
  const { keepsOwners = false } = request
  const keepCapabilities = keepsOwners ? options.ownerCapabilities : options.keepCapabilities
  const steps = [`calls:${calls.prctl}:${calls.capset}:${calls.setrlimit}`]
  if (parts.has('limits')) {
    steps.push(`parent:${parentPid}`)
    steps.push(`limit:${LIMIT.core}:0`, `limit:${LIMIT.fileSize}:${MAX_FILE_BYTES}`)
    steps.push(`limit:${LIMIT.data}:${request.maxDataBytes}`)
  }
  if (parts.has('privileges')) {
    if (keepCapabilities !== null) steps.push(`capabilities:${keepCapabilities}`)
    steps.push('privileges')
  }
  if (parts.has('files')) steps.push('files', ...request.paths.map(pathStep), 'enclose')
  if (parts.has('network'))
    steps.push(`network:${callFilter(calls, keepsOwners ? [calls.fchown] : []).toString('hex')}`)
  return steps
}

const letterOf = { read: 'r', execute: 'x', write: 'w', device: 'd' } as const satisfies Record<
  PathRight['right'],
  string
>

/** In hexadecimal: a path may hold any byte. */
function pathStep({ right, path }: PathRight): string {
  return `path:${letterOf[right]}:${Buffer.from(encodePathName(path)).toString('hex')}`
}
