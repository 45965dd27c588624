import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestCounts } from './test-counts.ts'

const repositoryFolder = join(import.meta.dirname, '..', '..')

/** Runs one of the project's tools in this process's own Node, its output on ours. */
export function runTool(script: string, parameters: string[], env?: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repositoryFolder, 'node_modules', script), ...parameters], {
      cwd: repositoryFolder,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** One check counts as one test. */
export async function runCheck(title: string, check: () => Promise<unknown>): Promise<TestCounts> {
  const startedAt = performance.now()
  let failure = ''
  try {
    const exitCode = await check()
    if (typeof exitCode === 'number' && exitCode !== 0) failure = `ended with ${exitCode}`
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  console.log(failure ? `✗ ${title}: ${failure}` : `✓ ${title} (${seconds} s)`)
  return { passed: failure ? 0 : 1, failed: failure ? 1 : 0, skipped: 0 }
}
