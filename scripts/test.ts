import { testEnvironment } from '../config/test-environment.ts'
import { buildWeb } from './build-web.ts'
import { describeMissingPrograms } from './test/optional-programs.ts'
import type { PostgresServer } from './test/postgres-server.ts'
import { startPrivatePostgres } from './test/private-postgres.ts'
import { runCheck, runTool } from './test/run-check.ts'
import { runVitest } from './test/run-vitest.ts'
import { addCounts, formatCounts, type TestCounts } from './test/test-counts.ts'

/**
 * `npm test`: everything that says whether this tree is sound. Paths after `--` choose tests.
 * The last line is the counts; the exit code is 0 only when nothing failed.
 */
const filters = process.argv.slice(2)
let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
const add = (more: TestCounts) => {
  counts = addCounts(counts, more)
}

const missing = describeMissingPrograms()
const postgres = await findPostgres()

add(await runCheck('type check', () => runTool('typescript/bin/tsc', ['-p', '.'])))
add(await runCheck('type check of the web app', () => runTool('typescript/bin/tsc', ['-p', 'web'])))
add(await runCheck('lint', () => runTool('@biomejs/biome/bin/biome', ['check', '.'])))
add(await runCheck('build of the web app', () => buildWeb()))
add(await runVitest(filters, postgres.url))
await postgres.stop?.()

for (const line of missing) {
  console.log(line)
  if (testEnvironment.requireAll) add({ passed: 0, failed: 1, skipped: 0 })
}
console.log(formatCounts(counts))
process.exitCode = counts.failed === 0 ? 0 : 1

async function findPostgres(): Promise<Partial<PostgresServer>> {
  if (testEnvironment.databaseUrl) return { url: testEnvironment.databaseUrl }
  try {
    return await startPrivatePostgres()
  } catch (error) {
    missing.push(error instanceof Error ? error.message : String(error))
    return {}
  }
}
