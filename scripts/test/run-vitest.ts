import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnvironment, testEnvironment } from '../../config/test-environment.ts'
import { runTool } from './run-check.ts'
import { countTests, type TestCounts } from './test-counts.ts'

/**
 * Runs the tests and names those that were skipped, and those that passed only when they were tried again.
 *
 * @param filters paths, as vitest takes them
 * @param changes to the environment, for what a run of the tests is told
 */
export async function runVitest(
  filters: string[],
  databaseUrl: string | undefined,
  changes: Record<string, string | undefined> = {},
): Promise<TestCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-report-'))
  try {
    const reportPath = join(folder, 'report.json')
    const parameters = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
    const env = childEnvironment({
      ...changes,
      TEST_DATABASE_URL: databaseUrl,
      // Tests start thousands of processes.
      NODE_COMPILE_CACHE: join(testEnvironment.cacheFolder, 'code'),
    })
    const exitCode = await runTool('vitest/vitest.mjs', [...parameters, ...filters], env)
    const report: unknown = await readFile(reportPath, 'utf8').then(JSON.parse, () => undefined)
    const { skippedTitles, unsure, ...counts } = countTests(report, exitCode)
    for (const title of skippedTitles) console.log(`skipped: ${title}`)
    for (const { title, failures } of unsure)
      console.log(`passed only when tried again: ${title}\n${failures.join('\n')}`)
    return counts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
