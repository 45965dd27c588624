import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { Check, Finding } from '../finding.ts'

const LITTLE_MEMORY_BYTES = 2e9
const FEW_FILES = 4_096

/** Memory, and how many files may be open at once. */
export const checkMachine: Check = async ({ platform }) => {
  const findings = [memoryFinding(totalmem())]
  if (platform !== 'linux') return findings
  const limits = await readFile('/proc/self/limits', 'latin1').catch(() => '')
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN)
  return Number.isNaN(files) ? findings : [...findings, openFilesFinding(files)]
}

export function memoryFinding(bytes: number): Finding {
  const found = `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= LITTLE_MEMORY_BYTES) return { name: 'memory', result: 'ok', found }
  const advice = 'Let fewer files be decoded at once (agent.ingest.readers), each takes up to 1 GB'
  return { name: 'memory', result: 'warn', found, advice }
}

export function openFilesFinding(files: number): Finding {
  const name = 'open files'
  if (files >= FEW_FILES) return { name, result: 'ok', found: `up to ${files}` }
  const advice = 'Raise the limit: ulimit -n 65536, or hearth service install, which does'
  return { name, result: 'warn', found: `only ${files}`, advice }
}
