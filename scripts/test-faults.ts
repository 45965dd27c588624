import { parseArgs } from 'node:util'
import { testEnvironment } from '../config/test-environment.ts'
import { describeMissingPrograms } from './test/optional-programs.ts'
import { startPrivatePostgres } from './test/private-postgres.ts'
import { runVitest } from './test/run-vitest.ts'
import { formatCounts } from './test/test-counts.ts'

/**
 * `npm run test:faults`: kills, pauses, cuts off and misleads real processes, and counts what was lost. Each scenario
 * prints one line. `-- --full` injects every fault that is promised to be survived and takes about an hour, `--seed N`
 * repeats the random choices of a run, other arguments choose scenarios: `-- agents-killed network-split`.
 * The last line is the counts; the exit code is 0 only when nothing failed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false }, seed: { type: 'string' } },
})
for (const line of describeMissingPrograms()) console.log(line)

const postgres = testEnvironment.databaseUrl
  ? { url: testEnvironment.databaseUrl, stop: undefined }
  : await startPrivatePostgres()
const filters =
  positionals.length > 0 ? positionals.map((name) => `scripts/faults/${name}`) : ['scripts/faults']
const counts = await runVitest(filters, postgres.url, {
  HEARTH_FAULTS: values.full ? 'full' : undefined,
  HEARTH_FAULTS_SEED: values.seed,
})
await postgres.stop?.()
console.log(formatCounts(counts))
process.exitCode = counts.failed === 0 ? 0 : 1
