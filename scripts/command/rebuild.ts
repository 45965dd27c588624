import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../protocol/errors.ts'
import type { Command } from './command.ts'
import { connectCoordinator, connectionOptions, connectionUsage } from './coordinator-client.ts'
import { findNamed } from './find-named.ts'
import { findVault } from './find-vault.ts'
import { readArguments } from './read-arguments.ts'

const POLL_MS = 500
const PAGE = 1_000

const usage = `Usage: hearth rebuild --from-sidecars FOLDER [--agent NAME] [--name NAME]

Takes a folder into a Hearth that has no library yet, and brings back what people had said about its pictures: every
value that Hearth had written to a sidecar is a person's word again. What never left Hearth (favourites, edits of
libraries whose write-back was off, the history, accounts) comes back from a backup only: see hearth restore.

  --from-sidecars      says that this is what you want
  --agent NAME         whose machine has the folder; needed when several could
  --name NAME          what the library is called (the folder's own name)
${connectionUsage}

Examples:
  hearth rebuild --from-sidecars /mnt/photos
  hearth rebuild --from-sidecars /mnt/photos --agent nas --name Photos`

const options = {
  ...connectionOptions,
  'from-sidecars': { type: 'boolean' },
  agent: { type: 'string' },
  name: { type: 'string' },
} as const

type Client = ReturnType<typeof connectCoordinator>

/** `hearth rebuild --from-sidecars FOLDER` */
export const rebuildCommand: Command = {
  usage,
  async run(args, screen) {
    const { values, positionals } = readArguments('rebuild', args, options, ['FOLDER'])
    if (!values['from-sidecars'])
      throw new AppError('bad_request', 'Say what to rebuild from: hearth rebuild --from-sidecars FOLDER')
    const client = connectCoordinator(values)
    const known = (await client.call('listLibraries')).items
    if (known.length > 0) {
      throw new AppError(
        'conflict',
        `This Hearth has libraries already (${known.map(({ name }) => name).join(', ')}): give it an empty database, or add the folder with hearth libraries add, which reads its sidecars as well`,
      )
    }
    const folder = positionals[0]!
    const agents = (await client.call('listAgents')).items
    const agent =
      values.agent === undefined
        ? findVault(agents, resolve(folder))
        : findNamed('agent', values.agent, agents)
    const root = values.agent === undefined ? resolve(folder) : folder
    const name = (values.name ?? (basename(root) || root)).slice(0, 64)
    const { id } = await client.call('createLibrary', { body: { name, root, agentId: agent.id } })
    screen.say(`${name} is being read by ${agent.name}`)
    const { assets } = await untilRead(client, id)
    const rebuilt = await countRead(client)
    if (values.json) process.stdout.write(`${JSON.stringify({ libraryId: id, assets, rebuilt })}\n`)
    screen.say(`${assets} assets were found; what people had said is back for ${rebuilt} of them`)
  },
}

/** @throws AppError `conflict` when the scan came to no good end */
async function untilRead(client: Client, libraryId: number) {
  for (;;) {
    const library = (await client.call('listLibraries')).items.find(({ id }) => id === libraryId)
    if (library === undefined) throw new AppError('not_found', 'The library was removed meanwhile')
    if (library.state === 'held' || library.state === 'offline')
      throw new AppError('conflict', `${library.name} could not be read: ${library.stateReason}`)
    const { kinds } = await client.call('getJobSummary')
    const open = kinds
      .filter(({ kind }) => kind === 'library.scan' || kind === 'file.ingest')
      .reduce((sum, { queued, leased }) => sum + queued + leased, 0)
    if (library.lastScanAt !== null && open === 0) return library
    await sleep(POLL_MS)
  }
}

/** Assets whose words were taken from sidecars: each is an entry of its own in the history. */
async function countRead(client: Client): Promise<number> {
  let count = 0
  for (let cursor: string | undefined; ; ) {
    const page = await client.call('listEdits', { query: { limit: PAGE, cursor } })
    count += page.items.filter(({ kind }) => kind === 'read').length
    if (page.nextCursor === null) return count
    cursor = page.nextCursor
  }
}
