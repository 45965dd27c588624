import type { AgentView } from '../../protocol/fleet.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { connectCoordinator, connectionOptions, connectionUsage } from './coordinator-client.ts'
import { describeAge } from './describe-time.ts'
import { findNamed } from './find-named.ts'
import { type Column, printTable } from './print-table.ts'
import { readArguments } from './read-arguments.ts'

const usage = `Usage: hearth agents [list]
       hearth agents pause|resume|revoke NAME
       hearth agents rename NAME NEW-NAME

list     the machines of this Hearth: state, work, what they offer
pause    lets one finish what it does and take no more; resume lets it work again
revoke   shuts one out for good: its key is refused from now on
rename   gives it another name on the dashboard

${connectionUsage}

Examples:
  hearth agents
  hearth agents pause laptop
  hearth agents list --json | jq '.[] | select(.state == "online") | .name'`

const columns: Column<AgentView>[] = [
  { title: 'name', value: ({ name }) => name },
  { title: 'state', value: ({ state, paused }) => (paused ? `${state}, paused` : state) },
  {
    title: 'seen',
    value: ({ state, lastSeenAt }) => (state === 'offline' ? describeAge(lastSeenAt) : 'now'),
  },
  { title: 'jobs', value: ({ leases }) => leases, align: 'right' },
  { title: '/min', value: ({ perMinute }) => perMinute, align: 'right' },
  {
    title: 'offers',
    value: ({ capabilities }) =>
      capabilities.map(({ capability, concurrency }) => `${capability} ${concurrency}`).join(', ') || null,
  },
]

/** `hearth agents …` */
export const agentsCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('agents', args, {
      '': list,
      list,
      pause: change('drainAgent', 'takes no more work'),
      resume: change('resumeAgent', 'works again'),
      revoke,
      rename,
    })
    await chosen(rest, screen)
  },
}

async function list(args: readonly string[]): Promise<void> {
  const { values } = readArguments('agents', args, connectionOptions)
  const { items } = await connectCoordinator(values).call('listAgents')
  if (values.json) process.stdout.write(`${JSON.stringify(items)}\n`)
  else printTable(columns, items, 'No agent has joined this Hearth yet: see hearth agent --help')
}

function change(route: 'drainAgent' | 'resumeAgent', outcome: string) {
  return async (args: readonly string[], screen: ConsoleScreen): Promise<void> => {
    const { values, positionals } = readArguments('agents', args, connectionOptions, ['NAME'])
    const client = connectCoordinator(values)
    const agent = findNamed('agent', positionals[0]!, (await client.call('listAgents')).items)
    const changed = await client.call(route, { params: { id: agent.id } })
    if (values.json) process.stdout.write(`${JSON.stringify(changed)}\n`)
    screen.say(`${agent.name} ${outcome}`)
  }
}

async function revoke(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values, positionals } = readArguments('agents', args, connectionOptions, ['NAME'])
  const client = connectCoordinator(values)
  const agent = findNamed('agent', positionals[0]!, (await client.call('listAgents')).items)
  await client.call('revokeAgent', { params: { id: agent.id } })
  if (values.json) process.stdout.write(`${JSON.stringify({ revoked: agent.id })}\n`)
  screen.say(`${agent.name} is shut out: its work goes to others, its key is refused`)
}

async function rename(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values, positionals } = readArguments('agents', args, connectionOptions, ['NAME', 'NEW-NAME'])
  const [word = '', name = ''] = positionals
  const client = connectCoordinator(values)
  const agent = findNamed('agent', word, (await client.call('listAgents')).items)
  const changed = await client.call('updateAgent', { params: { id: agent.id }, body: { name } })
  if (values.json) process.stdout.write(`${JSON.stringify(changed)}\n`)
  screen.say(`${agent.name} is called ${changed.name} now`)
}
