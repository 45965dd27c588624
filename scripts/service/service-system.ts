import { homedir, userInfo } from 'node:os'
import { join, posix, win32 } from 'node:path'
import { AppError } from '../../protocol/errors.ts'
import { launchdLabel, launchdPlist } from './launchd-plist.ts'
import { type ServicePlan, type ServiceRole, serviceName } from './service-plan.ts'
import { systemdUnit } from './systemd-unit.ts'
import { taskXml } from './task-xml.ts'

/** A command of the system, and what to make of its failure. */
export type Step = {
  command: readonly string[]
  /** It may have been done already. */
  mayFail?: boolean
}

/** How one kind of system keeps services: everything that is written and run, decided before anything is. */
export type ServiceSystem = {
  name: 'systemd' | 'launchd' | 'Task Scheduler'
  /** Where the file of a service lies. */
  path: string
  content: (plan: ServicePlan) => string
  /** Encoding of the file; Task Scheduler wants UTF-16. */
  encoding: 'utf8' | 'utf16le'
  install: readonly Step[]
  /** Before its file is removed, and after. */
  uninstall: { before: readonly Step[]; after: readonly Step[] }
  state: readonly string[]
  logs: readonly string[]
}

export type SystemOptions = {
  role: ServiceRole
  isForUser: boolean
  platform?: NodeJS.Platform
  home?: string
  /** Only the file system below this folder is changed, as for an image of another machine. */
  root?: string
  uid?: number
  userName?: string
}

/** @throws AppError `bad_request` on a system that has none of the three */
export function serviceSystem(options: SystemOptions): ServiceSystem {
  const { platform = process.platform } = options
  if (platform === 'linux') return systemd(options)
  if (platform === 'darwin') return launchd(options)
  if (platform === 'win32') return taskScheduler(options)
  throw new AppError('bad_request', `Services on ${platform} are not known: start Hearth by its own means`)
}

function systemd({ role, isForUser, root, home = homedir() }: SystemOptions): ServiceSystem {
  const unit = `${serviceName(role)}.service`
  const folder = isForUser ? posix.join(home, '.config/systemd/user') : '/etc/systemd/system'
  const scope = [...(isForUser ? ['--user'] : []), ...(root === undefined ? [] : [`--root=${root}`])]
  const run = (...words: string[]) => ({ command: ['systemctl', ...scope, ...words] })
  const isRunning = root === undefined
  return {
    name: 'systemd',
    path: posix.join(root ?? '/', folder, unit),
    content: systemdUnit,
    encoding: 'utf8',
    install: isRunning
      ? [run('daemon-reload'), run('enable', unit), run('restart', unit)]
      : [run('enable', unit)],
    uninstall: {
      before: isRunning
        ? [{ ...run('disable', '--now', unit), mayFail: true }]
        : [{ ...run('disable', unit), mayFail: true }],
      after: isRunning ? [run('daemon-reload'), { ...run('reset-failed', unit), mayFail: true }] : [],
    },
    state: run('is-active', unit).command,
    logs: ['journalctl', ...(isForUser ? ['--user'] : []), '--unit', unit, '--lines', '200', '--no-pager'],
  }
}

function launchd(options: SystemOptions): ServiceSystem {
  const { role, isForUser, root, home = homedir(), uid = process.getuid?.() ?? 0 } = options
  const label = launchdLabel(role)
  const folder = isForUser ? posix.join(home, 'Library/LaunchAgents') : '/Library/LaunchDaemons'
  const domain = isForUser ? `gui/${uid}` : 'system'
  const path = posix.join(root ?? '/', folder, `${label}.plist`)
  const logFile = posix.join(isForUser ? posix.join(home, 'Library/Logs') : '/Library/Logs', `${label}.log`)
  const isRunning = root === undefined
  return {
    name: 'launchd',
    path,
    content: (plan) => launchdPlist(plan, logFile),
    encoding: 'utf8',
    install: isRunning
      ? [
          { command: ['launchctl', 'bootout', `${domain}/${label}`], mayFail: true },
          { command: ['launchctl', 'bootstrap', domain, path] },
        ]
      : [],
    uninstall: {
      before: isRunning ? [{ command: ['launchctl', 'bootout', `${domain}/${label}`], mayFail: true }] : [],
      after: [],
    },
    state: ['launchctl', 'print', `${domain}/${label}`],
    logs: ['tail', '-n', '200', logFile],
  }
}

function taskScheduler(options: SystemOptions): ServiceSystem {
  const { role, isForUser, home = homedir(), userName = userInfo().username } = options
  const task = `\\Hearth\\${serviceName(role)}`
  const folder = win32.join(home, 'AppData', 'Local', 'Hearth', 'services')
  const path = options.root === undefined ? folder : join(options.root, 'services')
  const file = win32.join(path, `${serviceName(role)}.xml`)
  return {
    name: 'Task Scheduler',
    path: file,
    // S-1-5-19: LocalService, which has no rights beyond those of a user.
    content: (plan) => taskXml(plan, isForUser ? userName : 'S-1-5-19'),
    encoding: 'utf16le',
    install: [
      { command: ['schtasks', '/Create', '/TN', task, '/XML', file, '/F'] },
      { command: ['schtasks', '/Run', '/TN', task] },
    ],
    uninstall: {
      before: [
        { command: ['schtasks', '/End', '/TN', task], mayFail: true },
        { command: ['schtasks', '/Delete', '/TN', task, '/F'], mayFail: true },
      ],
      after: [],
    },
    state: ['schtasks', '/Query', '/TN', task],
    logs: [],
  }
}
