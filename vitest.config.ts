import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{protocol,coordinator,agents,web,config,scripts}/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
