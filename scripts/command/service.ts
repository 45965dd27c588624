import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import { didYouMean } from '../../config/settings/nearest-word.ts'
import { AppError } from '../../protocol/errors.ts'
import { coordinatorFolders } from '../service/coordinator-folders.ts'
import { pathsOfService } from '../service/find-stale-paths.ts'
import { installService, uninstallService } from '../service/run-steps.ts'
import { type ServicePlan, type ServiceRole, serviceName, serviceRoles } from '../service/service-plan.ts'
import { type ServiceSystem, serviceSystem } from '../service/service-system.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { readAgentFile } from './agent/offer-folders.ts'
import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { readArguments } from './read-arguments.ts'

const PROJECT = join(import.meta.dirname, '..', '..')
const HEARTH = join(PROJECT, 'scripts', 'hearth.ts')

const usage = `Usage: hearth service install WHAT [options] [-- WORDS FOR IT]
       hearth service uninstall|status|logs WHAT [--user]

Lets the system start Hearth by itself: systemd, launchd on a Mac, Task Scheduler on
Windows. WHAT is
  up            everything on this machine: hearth up WORDS
  coordinator   a coordinator: hearth coordinator WORDS
  agent         an agent that has been let in: hearth agent run WORDS

  --user               for you, while you are signed in; else for the machine, from its
                       start, which needs sudo
  --print              install: only show what would be written and run
  --run-as NAME        install: who it runs as (you, also under sudo)
  --data FOLDER        install: up: Hearth's data folder (${defaultDataFolder()})
  --state FOLDER       install: agent: its folder (agent in the data folder)
  --config FILE        install: coordinator, agent: the configuration
  --devices            install: it may use devices, such as a GPU
  --memory MB          install: the system ends it above so much
  --root FOLDER        everything below this folder, for the image of another machine
  --json               status: print one JSON object on standard output

Examples:
  sudo hearth service install agent
  hearth service install up --user -- ~/Pictures --host 0.0.0.0
  hearth service install coordinator --config /etc/hearth/hearth.yaml --print
  hearth service status agent`

const where = { user: { type: 'boolean' }, root: { type: 'string' } } as const
const installOptions = {
  ...where,
  print: { type: 'boolean' },
  'run-as': { type: 'string' },
  data: { type: 'string' },
  state: { type: 'string' },
  config: { type: 'string' },
  devices: { type: 'boolean' },
  memory: { type: 'string' },
} as const

/** `hearth service …` */
export const serviceCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('service', args, { install, uninstall, status, logs })
    chosen(rest, screen)
  },
}

function install(args: readonly string[], screen: ConsoleScreen): void {
  const end = args.indexOf('--')
  const [own, words] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)]
  const { values, positionals } = readArguments('service', own, installOptions, ['WHAT'])
  const role = requireRole(positionals[0]!)
  const plan = planOf(role, values, words)
  const system = systemOf(role, values)
  const content = system.content(plan)
  if (values.print) {
    const steps = system.install.map(({ command }) => `# ${command.join(' ')}`)
    process.stdout.write([`# ${system.path}`, content, ...steps].join('\n').trimEnd().concat('\n'))
    return
  }
  // The service may write nowhere else, and they must be there before it starts.
  if (values.root === undefined) for (const folder of plan.writable) makeFolder(folder)
  installService(system, plan)
  screen.say(`${serviceName(role)} starts by itself from now on (${system.path})`)
  screen.say(`hearth service status ${role}${values.user ? ' --user' : ''} says how it is`)
}

function uninstall(args: readonly string[], screen: ConsoleScreen): void {
  const { values, positionals } = readArguments('service', args, where, ['WHAT'])
  const role = requireRole(positionals[0]!)
  const wasThere = uninstallService(systemOf(role, values))
  screen.say(wasThere ? `${serviceName(role)} is gone` : `${serviceName(role)} was not installed`)
}

function status(args: readonly string[], screen: ConsoleScreen): void {
  const options = { ...where, json: { type: 'boolean' } } as const
  const { values, positionals } = readArguments('service', args, options, ['WHAT'])
  const role = requireRole(positionals[0]!)
  const system = systemOf(role, values)
  const again = `run hearth service install ${role}${values.user ? ' --user' : ''}`
  if (!existsSync(system.path)) {
    if (values.json) process.stdout.write(`${JSON.stringify({ installed: false })}\n`)
    throw new AppError('not_found', `${serviceName(role)} is not installed: ${again}`)
  }
  const missing = pathsOfService(readFileSync(system.path, system.encoding)).filter(
    (path) => !existsSync(path),
  )
  const state = values.root === undefined ? askState(system) : 'not asked'
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ installed: true, path: system.path, state, missing })}\n`)
  }
  if (missing.length > 0) {
    throw new AppError(
      'unavailable',
      `${serviceName(role)} points to ${missing[0]}, which is gone: ${again} once more`,
    )
  }
  screen.say(`${serviceName(role)}: ${state} (${system.path})`)
}

function logs(args: readonly string[]): void {
  const { values, positionals } = readArguments('service', args, where, ['WHAT'])
  const role = requireRole(positionals[0]!)
  const [program, ...words] = systemOf(role, values).logs
  if (program === undefined) {
    throw new AppError('bad_request', 'Task Scheduler keeps no log of what a task says: see the dashboard')
  }
  const { status, error } = spawnSync(program, words, { stdio: 'inherit' })
  if (error) throw new AppError('internal', `${program} cannot be started: ${error.message}`)
  if (status !== 0) throw new AppError('internal', `${program} ended with status ${status}`)
}

type InstallValues = {
  user?: boolean | undefined
  'run-as'?: string | undefined
  data?: string | undefined
  state?: string | undefined
  config?: string | undefined
  devices?: boolean | undefined
  memory?: string | undefined
}

function planOf(role: ServiceRole, values: InstallValues, words: readonly string[]): ServicePlan {
  const data = resolve(values.data ?? defaultDataFolder())
  const state = resolve(values.state ?? join(data, 'agent'))
  const config = values.config === undefined ? [] : ['--config', resolve(values.config)]
  const ownWords = {
    up: ['up', '--data', data],
    coordinator: ['coordinator', ...config],
    agent: ['agent', 'run', '--state', state, ...config],
  }[role]
  return {
    role,
    isForUser: values.user ?? false,
    command: [
      realpathSync(process.execPath),
      '--disable-warning=ExperimentalWarning',
      HEARTH,
      ...ownWords,
      ...words,
    ],
    workingFolder: realpathSync(PROJECT),
    user: values['run-as'] ?? (environment.variables().SUDO_USER || userInfo().username),
    writable: {
      up: () => [data],
      coordinator: () => coordinatorFolders([...config, ...words]),
      agent: () => [state],
    }[role](),
    readOnly: role === 'agent' ? rootsOf(state, values.config) : [],
    needsDevices: values.devices ?? false,
    maxMemoryMb: values.memory === undefined ? undefined : requireMegabytes(values.memory),
  }
}

/** The libraries that the agent's own configuration names, when there is one. */
function rootsOf(state: string, config: string | undefined): string[] {
  const { roots } = readAgentFile(state, config === undefined ? undefined : resolve(config))
  return Array.isArray(roots) ? roots.filter((root) => typeof root === 'string') : []
}

function systemOf(
  role: ServiceRole,
  values: { user?: boolean | undefined; root?: string | undefined },
): ServiceSystem {
  const root = values.root === undefined ? {} : { root: resolve(values.root) }
  return serviceSystem({ role, isForUser: values.user ?? false, ...root })
}

function askState(system: ServiceSystem): string {
  const [program = '', ...words] = system.state
  const { stdout, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (error) return `${system.name} does not answer`
  return stdout.trim().split('\n')[0] || 'unknown'
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('bad_request', `${folder} cannot be made: ${reason}`, { cause: error })
  }
}

function requireRole(word: string): ServiceRole {
  const role = serviceRoles.find((known) => known === word)
  if (role !== undefined) return role
  const hint = didYouMean(word, serviceRoles) || `; there are ${serviceRoles.join(', ')}`
  throw new AppError('bad_request', `There is no service ${word}${hint}`)
}

function requireMegabytes(text: string): number {
  if (/^\d{2,7}$/.test(text)) return Number(text)
  throw new AppError('bad_request', '--memory takes a number of megabytes')
}
