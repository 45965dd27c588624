import type { Command } from './command.ts'
import { connectCoordinator, connectionOptions, connectionUsage } from './coordinator-client.ts'
import { findNamed } from './find-named.ts'
import { readArguments } from './read-arguments.ts'

const usage = `Usage: hearth wake NAME [--test]

Wakes the machine of an agent that sleeps, whatever its policy says. How it went is on the dashboard.

  --test               only to see whether it works: the history says so
${connectionUsage}

Examples:
  hearth wake laptop
  hearth wake laptop --test --json`

/** `hearth wake` */
export const wakeCommand: Command = {
  usage,
  async run(args, screen) {
    const options = { ...connectionOptions, test: { type: 'boolean' } } as const
    const { values, positionals } = readArguments('wake', args, options, ['NAME'])
    const client = connectCoordinator(values)
    const agent = findNamed('agent', positionals[0]!, (await client.call('listAgents')).items)
    const woken = await client.call('wakeAgent', {
      params: { id: agent.id },
      body: { test: values.test ?? false },
    })
    if (values.json) process.stdout.write(`${JSON.stringify(woken)}\n`)
    screen.say(`${agent.name} is being called; hearth agents says when it is there`)
  },
}
