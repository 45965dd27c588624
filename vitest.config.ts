import { defineConfig } from 'vitest/config'
import { testEnvironment } from './config/test-environment.ts'

export default defineConfig({
  test: {
    include: ['{protocol,coordinator,agents,web,config,scripts}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // What is awaited comes late on a busy machine, not wrong: one second is no promise of anything.
    expect: { poll: { timeout: 15_000 } },
    // Processes are killed and browsers driven on two shared cores: a whole CI run does not hang on one
    // slow moment. By hand nothing is tried twice, so that a test that is not sure of itself is seen.
    retry: testEnvironment.requireAll ? 2 : 0,
  },
})
