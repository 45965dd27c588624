import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../vault/run-program.ts'
import { Cage } from './cage.ts'
import { type CagePart, cageParts, type MissingPart } from './cage-part.ts'
import { cageSteps } from './cage-steps.ts'
import { findSystemCalls, type SystemCalls } from './system-calls.ts'
import { programPaths } from './system-paths.ts'

const LAUNCHER = fileURLToPath(new URL('./launcher.pl', import.meta.url))
const PROBE = fileURLToPath(new URL('./probe.pl', import.meta.url))
const USUAL_PERL = '/usr/bin/perl'
/** Readable for everybody, and for no caged program. */
const FORBIDDEN_FILE = '/etc/passwd'
const LIMITS = { timeoutMs: 10_000, maxRssBytes: 512 * 1024 ** 2, maxOutputBytes: 100_000 }

/** `CAP_CHOWN`, `CAP_DAC_OVERRIDE`, `CAP_DAC_READ_SEARCH` and `CAP_FOWNER` of `linux/capability.h`. */
const OWNERS_OF_FILES = 0b1111
const READ_AND_WRITE_ANYTHING = 1 << 1
const READ_ANYTHING = 1 << 2

export type OpenCageOptions = {
  perlPath?: string | undefined
  platform?: NodeJS.Platform
  processor?: string
}

/**
 * Finds out which parts of a cage this machine can do, by making one and trying to get out of it.
 *
 * Never fails: a part that cannot be had is in `missing` with its reason, and programs run with the others.
 */
export async function openCage(options: OpenCageOptions = {}): Promise<Cage> {
  const { perlPath = USUAL_PERL, platform = process.platform, processor = process.arch } = options
  if (platform !== 'linux') return Cage.none('only Linux can do this so far')
  const calls = findSystemCalls(processor)
  if (calls === undefined) return Cage.none(`not known how to do this on a processor of kind ${processor}`)
  const permitted = permittedCapabilities(readFileSync('/proc/self/status', 'latin1'))
  const keepCapabilities = capabilitiesForReading(permitted)
  const ownerCapabilities = permitted === 0 ? null : permitted & OWNERS_OF_FILES
  try {
    const told = await probe(perlPath, calls, keepCapabilities)
    return new Cage({ perlPath, calls, keepCapabilities, ownerCapabilities }, missingParts(told))
  } catch (error) {
    return Cage.none(`${perlPath}, which makes the cage, does not run (${String(error)}): install perl`)
  }
}

async function probe(perlPath: string, calls: SystemCalls, keepCapabilities: number | null): Promise<string> {
  const request = {
    paths: [...programPaths(perlPath), { right: 'read', path: PROBE } as const],
    maxDataBytes: LIMITS.maxRssBytes,
  }
  const options = {
    calls,
    parts: new Set(cageParts),
    parentPid: process.pid,
    keepCapabilities,
    ownerCapabilities: 0,
  }
  const steps = cageSteps(request, options)
  const args = [LAUNCHER, 'probe', ...steps, '--', perlPath, PROBE, FORBIDDEN_FILE]
  const answer = await runProgram(perlPath, args, LIMITS, AbortSignal.timeout(LIMITS.timeoutMs))
  if (answer.status !== 0) throw new Error(answer.errorText.trim() || `status ${answer.status}`)
  return answer.output.toString('utf8')
}

const partOfStep: Partial<Record<string, CagePart>> = {
  limit: 'limits',
  capabilities: 'privileges',
  privileges: 'privileges',
  files: 'files',
  path: 'files',
  enclose: 'files',
  network: 'network',
}

const advice: Partial<Record<CagePart, string>> = {
  files: 'needs Landlock: Linux 5.13 or newer with `landlock` among its security modules',
  network: 'needs seccomp, which the kernel or a container around Hearth does not allow',
}

/**
 * @param told lines of `launcher.pl` and `probe.pl`: a failed step with its reason, or a part and whether it holds
 */
export function missingParts(told: string): MissingPart[] {
  const reasons = new Map<CagePart, string>()
  const tried = new Set<CagePart>()
  for (const line of told.split('\n')) {
    const [name = '', value = ''] = line.split('\t')
    const part = partOfStep[name]
    if (part === undefined) continue
    if (value === '0' || value === '1') {
      tried.add(part)
      if (value === '0' && !reasons.has(part)) reasons.set(part, advice[part] ?? 'does not hold')
    } else if (!reasons.has(part)) {
      reasons.set(part, [advice[part], `(${value})`].filter(Boolean).join(' '))
    }
  }
  for (const part of ['files', 'network', 'privileges'] as const) {
    if (!tried.has(part) && !reasons.has(part)) reasons.set(part, 'could not be tried')
  }
  return cageParts.flatMap((part) => {
    const reason = reasons.get(part)
    return reason === undefined ? [] : [{ part, reason }]
  })
}

/**
 * What stays of root's rights: to read pictures of other users, nothing else. A container may have taken that
 * away and left the wider one.
 *
 * @param permitted from `permittedCapabilities`
 * @returns null for a process without any rights, which needs not, and in a service may not, give up some
 */
export function capabilitiesForReading(permitted: number): number | null {
  if (permitted === 0) return null
  if (permitted & READ_ANYTHING) return READ_ANYTHING
  return permitted & READ_AND_WRITE_ANYTHING
}

/** @param status the text of `/proc/self/status` */
export function permittedCapabilities(status: string): number {
  return Number.parseInt(/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0', 16)
}
