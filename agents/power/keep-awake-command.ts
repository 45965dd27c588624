/** ES_CONTINUOUS | ES_SYSTEM_REQUIRED */
const WINDOWS_STATE = '0x80000001'

/**
 * The program that keeps the system from falling asleep for as long as it runs; it ends with its input, or with the
 * process `pid`. Undefined where none is known.
 *
 * Linux: also keeps logind from suspending for a desktop. A closed lid goes its own way there, see `SuspendWatch`.
 */
export function keepAwakeCommand(platform: NodeJS.Platform, pid: number): string[] | undefined {
  if (platform === 'linux') return inhibitCommand('block', 'sleep:idle', 'Jobs are running')
  if (platform === 'darwin') return ['caffeinate', '-i', '-w', String(pid)]
  if (platform === 'win32') {
    const call = [
      `$t = Add-Type -Name Power -Namespace Hearth -PassThru -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint state);'`,
      `[void]$t::SetThreadExecutionState([uint32]'${WINDOWS_STATE}')`,
      '[void][Console]::In.ReadToEnd()',
    ].join('; ')
    return ['powershell', '-NoProfile', '-NonInteractive', '-Command', call]
  }
  return undefined
}

/** Linux: lets this agent give its jobs back before the machine sleeps; logind waits five seconds at most. */
export function delaySleepCommand(): string[] {
  return inhibitCommand('delay', 'sleep', 'Jobs are given back first')
}

/** `cat` ends when its input does, and the lock with it. */
function inhibitCommand(mode: 'block' | 'delay', what: string, why: string): string[] {
  return ['systemd-inhibit', `--what=${what}`, `--mode=${mode}`, '--who=Hearth', `--why=${why}`, 'cat']
}
