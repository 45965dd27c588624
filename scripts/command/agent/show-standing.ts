import { describeStanding, type Standing, unpaired } from '../../../agents/pairing/describe-standing.ts'
import { readPairing } from '../../../agents/pairing/pairing-file.ts'
import { loadAgentKey } from '../../../agents/runtime/agent-key.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'

/** `hearth agent status` */
export async function showStanding(
  { state, json }: { state: string; json?: boolean | undefined },
  screen: ConsoleScreen,
): Promise<void> {
  const pairing = readPairing(state)
  // Without a pairing no key is made: looking changes nothing.
  const standing = pairing ? await describeStanding(pairing, loadAgentKey(state)) : unpaired
  const urls = pairing?.urls ?? []
  if (json) process.stdout.write(`${JSON.stringify({ ...standing, urls, stateFolder: state })}\n`)
  screen.say(sentenceOf(standing, pairing?.name ?? '', urls[0] ?? ''))
  if (standing.fingerprint) screen.say(`Its fingerprint: ${standing.fingerprint}`)
}

function sentenceOf({ state, name, online, paused, reason }: Standing, ownName: string, url: string): string {
  switch (state) {
    case 'paired': {
      const now = online ? 'is connected' : 'is not running: start it with hearth agent run'
      return `“${name}” belongs to the Hearth at ${url} and ${now}.${paused ? ' It is paused on the dashboard.' : ''}`
    }
    case 'waiting':
      return `“${ownName}” waits at ${url} for somebody to let it in on the dashboard.`
    case 'refused':
      return `“${ownName}” has been refused at ${url}: ask for a code, and use hearth agent pair.`
    case 'revoked':
      return `“${ownName}” has been revoked at ${url}: to let it in again, use hearth agent pair with a new code and --new-key.`
    case 'unknown':
      return `The Hearth at ${url} does not know “${ownName}” (any more): pair it again.`
    case 'unreachable':
      return `“${ownName}” belongs to the Hearth at ${url}, which it cannot reach now. ${reason}`
    case 'unpaired':
      return 'This machine belongs to no Hearth yet: use hearth agent pair or hearth agent join.'
  }
}
