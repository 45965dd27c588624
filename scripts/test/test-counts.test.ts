import { expect, test } from 'vitest'
import { countTests, formatCounts } from './test-counts.ts'

const file = (status: string, ...statuses: string[]) => ({
  name: 'x.test.ts',
  status,
  assertionResults: statuses.map((status, at) => ({ fullName: `test ${at}`, status })),
})

test.each([
  ['passed and skipped', [file('passed', 'passed', 'passed', 'pending')], 0, '2 passed, 0 failed, 1 skipped'],
  ['failed', [file('failed', 'passed', 'failed', 'failed')], 1, '1 passed, 2 failed, 0 skipped'],
  ['a file that cannot be loaded', [file('failed')], 1, '0 passed, 1 failed, 0 skipped'],
  ['a hook that fails after its tests', [file('failed', 'passed')], 1, '1 passed, 1 failed, 0 skipped'],
  ['an error that nobody caught', [file('passed', 'passed')], 1, '1 passed, 1 failed, 0 skipped'],
  ['todo', [file('passed', 'todo')], 0, '0 passed, 0 failed, 1 skipped'],
])('counts %s', (_, testResults, exitCode, line) => {
  expect(formatCounts(countTests({ testResults }, exitCode))).toBe(line)
})

test('a run without a report is a failure', () => {
  expect(countTests(undefined, 0).failed).toBe(1)
})

test('skipped tests are named', () => {
  expect(countTests({ testResults: [file('passed', 'pending')] }, 0).skippedTitles).toEqual(['test 0'])
})

test('tests that passed when they were tried again are named, with why they had failed', () => {
  const again = { fullName: 'test', status: 'passed', failureMessages: ['Error: too late'] }
  const testResults = [{ ...file('passed', 'passed'), assertionResults: [again] }]
  expect(countTests({ testResults }, 0)).toMatchObject({
    passed: 1,
    failed: 0,
    unsure: [{ title: 'test', failures: ['Error: too late'] }],
  })
})
