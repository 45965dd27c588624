#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The command `hearth`, also where the machine's own Node is too old for TypeScript: Hearth brings one along. */
const OLDEST_THAT_RUNS_TYPESCRIPT = 24

if (Number.parseInt(process.versions.node, 10) >= OLDEST_THAT_RUNS_TYPESCRIPT) {
  await import('./hearth.ts')
} else {
  const ownNode = join(import.meta.dirname, '..', 'node_modules', '.bin', 'node')
  const script = join(import.meta.dirname, 'hearth.ts')
  const { status, error } = spawnSync(ownNode, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (error) console.error(`${ownNode} cannot be started (${error.message}): run npm ci in Hearth's folder`)
  process.exitCode = status ?? 1
}
