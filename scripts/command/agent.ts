import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { defaultDataFolder } from '../../config/environment.ts'
import { AppError } from '../../protocol/errors.ts'
import { joinAgent, pairWithCode } from './agent/let-in.ts'
import { runAgent } from './agent/run-agent.ts'
import { showStanding } from './agent/show-standing.ts'
import type { Command } from './command.ts'
import { readArguments } from './read-arguments.ts'

const stateFolder = () => join(defaultDataFolder(), 'agent')

const usage = `Usage: hearth agent pair URL CODE [options]
       hearth agent join [options]
       hearth agent run [options]
       hearth agent status [options]

pair     lets this machine into the Hearth at URL, by a code from “Add machine” on its dashboard
join     finds the Hearth of this network by itself, and waits until somebody lets it in on the dashboard
run      does the work; joins first when this machine belongs to no Hearth yet
status   says to whom this machine belongs, and how it stands there

  --state FOLDER      this agent's key and what it knows (${stateFolder()})
  --name NAME         how the dashboard calls this machine (${shortHostName()})
  --folder FOLDER     pair, join: a folder of pictures to look after; may be given several times
  --new-key           pair, join: with a new key, because the old one was revoked or copied
  --run               pair, join: and then run
  --url URL           join: where the Hearth is, when it is not found
  --config FILE       run: what this machine offers (agent.json in the state folder)
  --json              print one JSON object on standard output

Examples:
  hearth agent pair https://nas.home:8470 K7QM-2X9D-4TBA-QZ3N --folder ~/Pictures --run
  hearth agent join --name workshop
  hearth agent status --json`

/** `hearth agent …` */
export const agentCommand: Command = {
  usage,
  async run([word, ...args], screen) {
    const options = {
      state: { type: 'string' },
      json: { type: 'boolean' },
    } as const
    const lettingIn = {
      ...options,
      name: { type: 'string' },
      folder: { type: 'string', multiple: true },
      'new-key': { type: 'boolean' },
      run: { type: 'boolean' },
    } as const
    const place = (values: { state?: string | undefined }) => resolve(values.state ?? stateFolder())
    switch (word) {
      case 'pair': {
        const { values, positionals } = readArguments('agent', args, lettingIn, ['URL', 'CODE'])
        const [url = '', code = ''] = positionals
        await pairWithCode({ ...values, state: place(values), name: nameOf(values.name), url, code }, screen)
        if (values.run) await runAgent({ state: place(values) }, screen)
        return
      }
      case 'join': {
        const { values } = readArguments('agent', args, { ...lettingIn, url: { type: 'string' } })
        await joinAgent({ ...values, state: place(values), name: nameOf(values.name) }, screen)
        if (values.run) await runAgent({ state: place(values) }, screen)
        return
      }
      case 'run': {
        const { values } = readArguments('agent', args, { ...options, config: { type: 'string' } })
        return runAgent({ state: place(values), config: values.config }, screen)
      }
      case 'status': {
        const { values } = readArguments('agent', args, options)
        return showStanding({ state: place(values), json: values.json }, screen)
      }
      default:
        throw new AppError('bad_request', 'Say pair, join, run or status; see hearth agent --help')
    }
  },
}

/** @throws AppError `bad_request` */
function nameOf(given: string | undefined): string {
  const name = given?.trim() ?? shortHostName()
  if (name.length >= 1 && name.length <= 64) return name
  throw new AppError('bad_request', '--name must have between 1 and 64 characters')
}

function shortHostName(): string {
  return hostname().split('.')[0]?.slice(0, 64) || 'agent'
}
