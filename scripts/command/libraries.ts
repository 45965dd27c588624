import { basename, resolve } from 'node:path'
import type { LibraryView } from '../../protocol/fleet.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { connectCoordinator, connectionOptions, connectionUsage } from './coordinator-client.ts'
import { describeAge } from './describe-time.ts'
import { findNamed } from './find-named.ts'
import { findVault } from './find-vault.ts'
import { type Column, printTable } from './print-table.ts'
import { readArguments } from './read-arguments.ts'

const usage = `Usage: hearth libraries [list]
       hearth libraries add FOLDER [--agent NAME] [--name NAME]
       hearth libraries scan NAME [--accept-missing]
       hearth libraries pause|resume NAME

list     the folders of pictures, and what is known of them
add      takes a folder of an agent's machine in, and scans it
scan     looks for what is new, changed or gone, now
pause    lets all work of a library rest; resume lets it go on

  --agent NAME         add: whose machine has the folder; needed when several could
  --name NAME          add: what the library is called (the folder's own name)
  --accept-missing     scan: what was held for you to look at is gone indeed
${connectionUsage}

Examples:
  hearth libraries
  hearth libraries add /mnt/photos --agent nas --name Photos
  hearth libraries scan Photos`

const columns: Column<LibraryView>[] = [
  { title: 'name', value: ({ name }) => name },
  { title: 'state', value: stateOf },
  { title: 'assets', value: ({ assets }) => assets.toLocaleString('en-US'), align: 'right' },
  { title: 'files', value: ({ files }) => files.toLocaleString('en-US'), align: 'right' },
  { title: 'scanned', value: ({ lastScanAt }) => describeAge(lastScanAt) },
  { title: 'folder', value: ({ root }) => root },
]

/** `hearth libraries …` */
export const librariesCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('libraries', args, {
      '': list,
      list,
      add,
      scan,
      pause: setPaused(true),
      resume: setPaused(false),
    })
    await chosen(rest, screen)
  },
}

function stateOf({ state, paused, scanning }: LibraryView): string {
  return [state, scanning && 'scanning', paused && 'paused'].filter(Boolean).join(', ')
}

async function list(args: readonly string[]): Promise<void> {
  const { values } = readArguments('libraries', args, connectionOptions)
  const { items } = await connectCoordinator(values).call('listLibraries')
  if (values.json) process.stdout.write(`${JSON.stringify(items)}\n`)
  else printTable(columns, items, 'There is no library yet: add one with hearth libraries add FOLDER')
}

async function add(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const options = { ...connectionOptions, agent: { type: 'string' }, name: { type: 'string' } } as const
  const { values, positionals } = readArguments('libraries', args, options, ['FOLDER'])
  const client = connectCoordinator(values)
  const { items } = await client.call('listAgents')
  const folder = positionals[0]!
  const agent =
    values.agent === undefined ? findVault(items, resolve(folder)) : findNamed('agent', values.agent, items)
  const root = values.agent === undefined ? resolve(folder) : folder
  const name = values.name ?? (basename(root) || root)
  const library = await client.call('createLibrary', {
    body: { name: name.slice(0, 64), root, agentId: agent.id },
  })
  if (values.json) process.stdout.write(`${JSON.stringify(library)}\n`)
  screen.say(`${library.name} is a library of ${agent.name} now, and is being scanned`)
}

async function scan(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const options = { ...connectionOptions, 'accept-missing': { type: 'boolean' } } as const
  const { values, positionals } = readArguments('libraries', args, options, ['NAME'])
  const client = connectCoordinator(values)
  const library = findNamed('library', positionals[0]!, (await client.call('listLibraries')).items)
  const queued = await client.call('scanLibrary', {
    params: { id: library.id },
    body: { acceptMissing: values['accept-missing'] ?? false },
  })
  if (values.json) process.stdout.write(`${JSON.stringify(queued)}\n`)
  screen.say(`${library.name} is scanned by job ${queued.jobId}`)
}

function setPaused(paused: boolean) {
  return async (args: readonly string[], screen: ConsoleScreen): Promise<void> => {
    const { values, positionals } = readArguments('libraries', args, connectionOptions, ['NAME'])
    const client = connectCoordinator(values)
    const library = findNamed('library', positionals[0]!, (await client.call('listLibraries')).items)
    const changed = await client.call('updateLibrary', { params: { id: library.id }, body: { paused } })
    if (values.json) process.stdout.write(`${JSON.stringify(changed)}\n`)
    screen.say(paused ? `${library.name} rests` : `${library.name} goes on`)
  }
}
