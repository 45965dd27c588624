import { checkBackups } from './checks/backups.ts'
import { checkDataFolder } from './checks/data-folder.ts'
import { checkDatabase } from './checks/database.ts'
import { checkGraphicsCard } from './checks/graphics-card.ts'
import { checkLibraries } from './checks/libraries.ts'
import { checkMachine } from './checks/machine.ts'
import { checkModels } from './checks/models.ts'
import { checkNode } from './checks/node-version.ts'
import { checkPairing } from './checks/pairing.ts'
import { checkPort } from './checks/port.ts'
import { checkReaders } from './checks/readers.ts'
import { checkRoots } from './checks/roots.ts'
import { checkWake } from './checks/wake.ts'
import type { Check, Finding, Patient } from './finding.ts'

/** In the order in which they are told: what everything stands on first. */
const checks: readonly Check[] = [
  ...[checkNode, checkLibraries, checkMachine, checkGraphicsCard],
  ...[checkDataFolder, checkDatabase, checkBackups, checkPort],
  ...[checkReaders, checkRoots, checkModels],
  ...[checkPairing, checkWake],
]

/** Looks at everything a machine needs. */
export async function examine(patient: Patient, all: readonly Check[] = checks): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of all) {
    try {
      findings.push(...(await check(patient)))
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error)
      findings.push({ name: check.name, result: 'fail', found: `could not be looked at: ${found}` })
    }
  }
  return findings
}
