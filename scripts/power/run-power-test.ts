import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCrashImage } from './crash-image.ts'
import { DiskModel } from './disk-model.ts'
import { type DatabaseProgram, RecordedDatabase } from './recorded-database.ts'
import { runWorkload } from './run-workload.ts'
import { type BadImage, type SimulationResult, simulatePowerLoss } from './simulate-power-loss.ts'

/** Our database syncs beside its engine on a slow disk only, so every other round is on one. */
const SLOW_SYNC_MS = 3

export type PowerTest = {
  program: DatabaseProgram
  /** Each begins on a disk that the one before left when its power failed; the first on an empty one. */
  rounds: number
  imagesPerRound: number
  transactionsPerRound: number
  seed: number
  onRound?: (round: number, soFar: PowerTestResult) => void
}
export type PowerTestResult = { images: number; events: number; bad: BadImage[] }

/**
 * Runs a workload against a database process and lets the power fail at any moment of it, over and over.
 *
 * PGlite as it comes is given a database that is on the disk already: that it may lose a new one altogether is
 * not what it is asked about.
 */
export async function runPowerTest(test: PowerTest): Promise<PowerTestResult> {
  const total: PowerTestResult = { images: 0, events: 0, bad: [] }
  let before: SimulationResult['survivor']
  for (let round = 0; round < test.rounds; round += 1) {
    const workFolder = mkdtempSync(join(memoryFolder(), 'hearth-power-'))
    try {
      const result = await runRound(test, test.seed + round, workFolder, before)
      total.images += result.images
      total.events += result.events
      total.bad.push(...result.bad)
      before = result.survivor
    } finally {
      rmSync(workFolder, { recursive: true, force: true })
    }
    test.onRound?.(round + 1, total)
    // What is broken stays broken.
    if (total.bad.length > 0) break
  }
  return total
}

/** In memory where there is such a folder: thousands of images of 40 MB each would wear out a disk. */
function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

async function runRound(
  { program, imagesPerRound, transactionsPerRound }: PowerTest,
  seed: number,
  workFolder: string,
  before: SimulationResult['survivor'],
): Promise<SimulationResult> {
  const folder = join(workFolder, 'data')
  const recordPath = join(workFolder, 'record')
  mkdirSync(folder)
  if (before) writeCrashImage(before.image, folder)
  else if (program === 'unpatched') await makeDatabase(folder, join(workFolder, 'unused'))
  const model = DiskModel.of(folder)

  const slowMs = seed % 2 === 0 ? 0 : SLOW_SYNC_MS
  const database = await RecordedDatabase.start({ program, folder, recordPath, slowMs })
  await runWorkload({ socketFolder: folder, seed, transactions: transactionsPerRound })
  await database.stop()

  return await simulatePowerLoss({
    program,
    recordPath,
    scratchFolder: workFolder,
    images: imagesPerRound,
    seed,
    model,
    acknowledged: before?.acknowledged ?? new Map(),
  })
}

async function makeDatabase(folder: string, recordPath: string): Promise<void> {
  const database = await RecordedDatabase.start({ program: 'unpatched', folder, recordPath })
  await database.stop()
}
