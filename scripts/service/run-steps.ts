import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../protocol/errors.ts'
import type { ServicePlan } from './service-plan.ts'
import type { ServiceSystem, Step } from './service-system.ts'

/** Writes the service's file and tells the system; done again, it replaces what is there. */
export function installService(system: ServiceSystem, plan: ServicePlan): void {
  const content = system.content(plan)
  const draft = `${system.path}.partial`
  try {
    mkdirSync(dirname(system.path), { recursive: true })
    const mark = system.encoding === 'utf16le' ? '\ufeff' : ''
    writeFileSync(draft, mark + content, system.encoding)
    chmodSync(draft, 0o644)
    renameSync(draft, system.path)
  } catch (error) {
    throw notAllowed(system.path, error)
  }
  runSteps(system.install)
}

/** Leaves nothing: no process, no link, no file, no folder that is empty now. */
export function uninstallService(system: ServiceSystem): boolean {
  const wasThere = existsSync(system.path)
  runSteps(system.uninstall.before)
  try {
    rmSync(system.path, { force: true })
  } catch (error) {
    throw notAllowed(system.path, error)
  }
  if (system.name === 'Task Scheduler') removeIfEmpty(dirname(system.path))
  runSteps(system.uninstall.after)
  return wasThere
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Other services are there.
  }
}

function runSteps(steps: readonly Step[]): void {
  for (const { command, mayFail } of steps) {
    const [program = '', ...words] = command
    const { status, error, stderr } = spawnSync(program, words, { encoding: 'utf8' })
    if (mayFail || (status === 0 && !error)) continue
    const reason = error?.message ?? (stderr.trim().split('\n')[0] || `status ${status}`)
    throw new AppError('internal', `${command.join(' ')} failed: ${reason}`)
  }
}

function notAllowed(path: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const help =
    code === 'EACCES' || code === 'EPERM'
      ? 'run this with sudo, or give --user for a service of your own'
      : ''
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError('bad_request', `${path} cannot be changed (${reason})${help ? `: ${help}` : ''}`, {
    cause: error,
  })
}
