import { findCoordinators } from '../../../agents/pairing/find-coordinators.ts'
import { joinCoordinator } from '../../../agents/pairing/join-coordinator.ts'
import { pairAgent } from '../../../agents/pairing/pair-agent.ts'
import type { Pairing } from '../../../agents/pairing/pairing-file.ts'
import { type AgentKey, loadAgentKey, setKeyAside } from '../../../agents/runtime/agent-key.ts'
import { AppError } from '../../../protocol/errors.ts'
import { parsePairingCode } from '../../../protocol/pairing-code.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { offerFolders } from './offer-folders.ts'

export type LetInOptions = {
  state: string
  name: string
  folder?: string[] | undefined
  'new-key'?: boolean | undefined
  json?: boolean | undefined
}

/** `hearth agent pair` */
export async function pairWithCode(
  options: LetInOptions & { url: string; code: string },
  screen: ConsoleScreen,
): Promise<void> {
  const url = requireUrl(options.url)
  const code = parsePairingCode(options.code)
  const key = prepareKey(options)
  const pairing = await pairAgent({ url, code, name: options.name, key, stateFolder: options.state })
  finish(pairing, options, screen)
}

/** `hearth agent join` */
export async function joinAgent(
  options: LetInOptions & { url?: string | undefined },
  screen: ConsoleScreen,
): Promise<Pairing> {
  const { signal } = new AbortController()
  const url = options.url === undefined ? await findOne(signal, screen) : requireUrl(options.url)
  const key = prepareKey(options)
  const onWaiting = (fingerprint: string) =>
    screen.say(
      `Waiting at ${url} for somebody to let “${options.name}” in.\nOn the dashboard, under Machines, it must have this fingerprint:\n  ${fingerprint}`,
    )
  const { name, state: stateFolder } = options
  const pairing = await joinCoordinator({ url, name, key, stateFolder, onWaiting, signal })
  finish(pairing, options, screen)
  return pairing
}

function prepareKey(options: LetInOptions): AgentKey {
  if (options['new-key']) setKeyAside(options.state, new Date())
  return loadAgentKey(options.state)
}

function finish(pairing: Pairing, options: LetInOptions, screen: ConsoleScreen): void {
  if (options.folder) offerFolders(options.state, options.folder)
  if (options.json) process.stdout.write(`${JSON.stringify({ ...pairing, state: options.state })}\n`)
  screen.say(
    `“${options.name}” now belongs to the Hearth at ${pairing.urls[0]}. Start it with hearth agent run, or for good with hearth service install agent.`,
  )
}

async function findOne(signal: AbortSignal, screen: ConsoleScreen): Promise<string> {
  screen.say('Looking for a Hearth on this network …')
  const found = await findCoordinators(signal)
  const [only, ...others] = found
  if (only === undefined) {
    throw new AppError(
      'not_found',
      'No Hearth answers on this network: give its address with --url, and check that it was started for the network (--host 0.0.0.0)',
    )
  }
  if (others.length === 0) return only.url
  const list = found.map(({ url, name }) => `  --url ${url}   ${name}`).join('\n')
  throw new AppError('conflict', `Several answer on this network; say which one is meant:\n${list}`)
}

function requireUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url.origin
  throw new AppError('bad_request', `${JSON.stringify(text)} is no address: give http://… or https://…`)
}
