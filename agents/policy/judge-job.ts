import { isAbsolute } from 'node:path'
import type { Capability } from '../../protocol/capability.ts'
import type { Lease } from '../../protocol/leases.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import { fieldMeanings, freeTextFields } from './field-meanings.ts'

/** What the owner of a machine lets its agent do, whatever a coordinator asks. */
export type JobPolicy = {
  capabilities: readonly Capability[]
  /** Sidecars beside originals may be written. */
  writeBack: boolean
  /** Larger files are not read. */
  maxFileBytes: number
  /** Where bytes may come from: origins of the coordinators. */
  origins: readonly string[]
}

const MAX_DEPTH = 16
const MAX_VALUES = 10_000
const SHOWN = 120

/**
 * Why this agent does not run a job; undefined when it does. It sees the input as it came and as its contract reads it:
 * what the contract does not know may be anything, a command too, and is not passed over in silence.
 *
 * @param parsed what the contract has made of `lease.input`
 */
export function refusalOf(policy: JobPolicy, lease: Lease, parsed: unknown): string | undefined {
  const { capability, kind, input } = lease
  if (!policy.capabilities.includes(capability)) return `this machine does not offer to ${capability}`
  if (capability === 'sidecar' && !policy.writeBack) {
    return `it would write beside originals (${kind}), which this machine does not allow: set writeBack in the agent's configuration`
  }
  const unknown = unknownField(input, parsed)
  if (unknown !== undefined) return `it has a field that ${kind} jobs do not have: ${unknown}`
  const budget = { values: MAX_VALUES }
  return refusalOfValue(policy, input, { field: '', depth: 0, budget })
}

type Place = { field: string; depth: number; budget: { values: number } }

function refusalOfValue(policy: JobPolicy, value: unknown, place: Place): string | undefined {
  const { field, depth, budget } = place
  budget.values -= 1
  if (budget.values < 0 || depth > MAX_DEPTH) return 'its input is too large to be looked over'
  if (typeof value === 'string') return refusalOfText(policy, field, value)
  if (typeof value === 'number') {
    return field === 'sizeBytes' && value > policy.maxFileBytes
      ? `the file has ${value} bytes, and this machine reads at most ${policy.maxFileBytes}`
      : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, part] of Object.entries(value)) {
    if (freeTextFields.has(key)) continue
    const next = { field: Array.isArray(value) ? field : key, depth: depth + 1, budget }
    const refusal = refusalOfValue(policy, part, next)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function refusalOfText({ origins }: JobPolicy, field: string, text: string): string | undefined {
  const shown = () => JSON.stringify(displayPathName(text).slice(0, SHOWN))
  switch (fieldMeanings[field]) {
    case 'root':
      return isAbsolute(text) && !hasStep(text) ? undefined : `${shown()} is no whole path of a folder`
    case 'path':
      return isBelow(text) ? undefined : `${shown()} leads out of the folder that it should lie in`
    case 'url':
      return URL.canParse(text) && origins.includes(new URL(text).origin)
        ? undefined
        : `${shown()} is not an address of this agent's coordinator`
    default:
      return undefined
  }
}

/** Relative, with a name in every place; empty for the folder itself. */
function isBelow(path: string): boolean {
  if (path === '') return true
  return !isAbsolute(path) && path.split('/').every((name) => name !== '') && !hasStep(path)
}

function hasStep(path: string): boolean {
  return path.split(/[/\\]/).some((name) => name === '.' || name === '..')
}

/** The first field that the contract has dropped, as `a.b`. */
function unknownField(raw: unknown, parsed: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH || typeof raw !== 'object' || raw === null) return undefined
  if (typeof parsed !== 'object' || parsed === null) return undefined
  for (const [key, value] of Object.entries(raw)) {
    if (!Object.hasOwn(parsed, key)) return JSON.stringify(key.slice(0, SHOWN))
    const below = unknownField(value, (parsed as Record<string, unknown>)[key], depth + 1)
    if (below !== undefined) return below
  }
  return undefined
}
