import { fillTemplate, requirePlain } from './fill-template.ts'
import { descriptions, type ServicePlan, STOP_SECONDS } from './service-plan.ts'

/** Starts its first argument. */
export const ENV = '/usr/bin/env'

/** The text of a systemd unit; see `config/services/hearth.service` for what it says and why. */
export function systemdUnit(plan: ServicePlan): string {
  const { role, isForUser, command, workingFolder, user, writable, readOnly } = plan
  return fillTemplate('hearth.service', {
    description: descriptions[role],
    command: throughEnv(command).map(quoteWord).join(' '),
    workingFolder: escapeSpecifiers(requirePlain(workingFolder)),
    account: !isForUser && user !== undefined ? `User=${escapeSpecifiers(requirePlain(user))}` : '',
    stopSeconds: String(STOP_SECONDS[role]),
    memory: plan.maxMemoryMb === undefined ? '' : `MemoryMax=${plan.maxMemoryMb}M`,
    devices: plan.needsDevices ? '' : 'PrivateDevices=yes',
    writable: writable.map((path) => quotePath(path)).join(' '),
    // A library that is not mounted at the moment must not keep the service from starting.
    readOnly:
      readOnly.length === 0 ? '' : `ReadOnlyPaths=${readOnly.map((path) => quotePath(path, '-')).join(' ')}`,
    wantedBy: isForUser ? 'default.target' : 'multi-user.target',
  })
}

/** Only arguments may hold such characters (systemd 252 refuses them in the name of a program), so it becomes one. */
function throughEnv(command: readonly string[]): readonly string[] {
  return /[\\"'$]/.test(command[0] ?? '') ? [ENV, ...command] : command
}

/** One word of `ExecStart=`: in quotes, with what systemd would read as more than text doubled. */
export function quoteWord(word: string): string {
  const escaped = escapeSpecifiers(requirePlain(word))
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('$', () => '$$')
  return `"${escaped}"`
}

/** One path in a list of paths, where variables are not known. */
function quotePath(path: string, prefix = ''): string {
  const escaped = escapeSpecifiers(requirePlain(path)).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"${prefix}${escaped}"`
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%')
}
