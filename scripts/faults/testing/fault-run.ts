import { testEnvironment } from '../../../config/test-environment.ts'
import { seededRandom } from '../../fixtures/seeded-random.ts'
import { type FaultSizes, faultSizes } from '../sizes.ts'

/** How many faults this run injects. */
export const sizes: FaultSizes = faultSizes(testEnvironment.fullFaults)

/** Of a full run, which takes an hour, each test may take that long. */
export const TEST_LIMIT_MS = testEnvironment.fullFaults ? 3_600_000 : 240_000

/**
 * One run of one scenario: its random choices, its clock, and the line that says what was done.
 *
 * `HEARTH_FAULTS_SEED=N` repeats the choices of an earlier run; when what happens between processes decides
 * what is hit, it repeats the choices alone.
 */
export class FaultRun {
  readonly title: string
  readonly seed = testEnvironment.faultSeed ?? Math.floor(Math.random() * 1_000_000)
  readonly random = seededRandom(this.seed)
  readonly #startedAt = performance.now()

  constructor(title: string) {
    this.title = title
  }

  /** A whole number in `[from, to)`. */
  between(from: number, to: number): number {
    return Math.floor(from + this.random() * (to - from))
  }

  pick<T>(from: readonly T[]): T {
    return from[this.between(0, from.length)]!
  }

  /** One line: `R1 agents killed: 20 kills, 500 jobs, 0 lost, 12.3 s (seed 7)`. */
  report(counts: Record<string, number | string>): void {
    const seconds = ((performance.now() - this.#startedAt) / 1_000).toFixed(1)
    const parts = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
    // Past vitest, which would put a heading before each line.
    process.stdout.write(`${this.title}: ${[...parts, `${seconds} s`].join(', ')} (seed ${this.seed})\n`)
  }
}
