import { z } from 'zod'

export type TestCounts = { passed: number; failed: number; skipped: number }

export type CountedTests = TestCounts & {
  skippedTitles: string[]
  /** Those that passed when they were tried again, with why they had failed. */
  unsure: { title: string; failures: string[] }[]
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
})

/**
 * Counts the tests in vitest's JSON report. A file that could not even be loaded has no tests and is one failure.
 *
 * @param exitCode vitest's own: what it failed for without a failed test, such as an error nobody caught,
 *   is one failure
 */
export function countTests(report: unknown, exitCode: number): CountedTests {
  const counts: CountedTests = { passed: 0, failed: 0, skipped: 0, skippedTitles: [], unsure: [] }
  const parsed = VitestReport.safeParse(report)
  for (const file of parsed.data?.testResults ?? []) {
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') {
        counts.passed += 1
        if (failureMessages.length > 0)
          counts.unsure.push({ title: fullName.trim(), failures: failureMessages })
      } else if (status === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        counts.skippedTitles.push(fullName.trim())
      }
    }
    const failedAlone = file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed')
    if (failedAlone) counts.failed += 1
  }
  if (counts.failed === 0 && (exitCode !== 0 || !parsed.success)) counts.failed = 1
  return counts
}

export function addCounts(one: TestCounts, other: TestCounts): TestCounts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}

export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
