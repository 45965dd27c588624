import type { HostFacts } from '../../protocol/agents.ts'
import type { PowerDetail } from '../../protocol/power.ts'

export type AdviceFacts = {
  facts: HostFacts | null
  /** Addresses that are called. */
  cards: readonly string[]
  /** The packets reach its network, as far as the addresses tell: from the server, or through another machine. */
  reachesItsNetwork: boolean
  /** The last wake that has ended; undefined when there was none. */
  last: { outcome: string | null; answered: boolean } | undefined
}

type Advice = PowerDetail['advice'][number]

const WIRELESS = /^(wl|wifi|wi-fi|wlan|ath|airport)/i

/** What usually keeps machines like this one asleep, the likeliest first. Nothing while its last wake went well. */
export function adviseWake({ facts, cards, reachesItsNetwork, last }: AdviceFacts): Advice[] {
  if (last?.outcome === 'online') return []
  const advice: Advice[] = []
  if (cards.length === 0) advice.push(noCard)
  if (last?.answered) advice.push(agentMissing)
  if (!reachesItsNetwork) advice.push(otherNetwork)
  if ((facts?.networks ?? []).length > 0 && facts!.networks!.every(({ name }) => WIRELESS.test(name)))
    advice.push(wireless)
  advice.push(firmware, ...systemAdvice(facts?.os ?? ''), networkSwitch)
  return advice
}

const noCard: Advice = {
  title: 'Its network card is not known',
  text: 'Enter its MAC address, or start its agent once: it says it by itself.',
}
const agentMissing: Advice = {
  title: 'It woke up, but its agent did not come back',
  text: 'Let the agent start with the system: hearth service install agent.',
}
const otherNetwork: Advice = {
  title: 'It is in another network than the server',
  text: 'Packets that wake do not cross routers. Run an agent on any machine there that stays awake and choose it as the caller, or enter that network’s broadcast address if its router lets it through. A server in a container needs the network of its host.',
}
const wireless: Advice = {
  title: 'It is on Wi-Fi only',
  text: 'Few machines can be woken over Wi-Fi, and almost none that is switched off. Use a cable.',
}
const firmware: Advice = {
  title: 'Its firmware must allow it',
  text: 'In the BIOS or UEFI turn on “Wake on LAN” (also “Power On by PCI-E”, “Resume by LAN”) and turn off “ErP”, “EuP” or “Deep Sleep”, which cut the card’s power.',
}
const networkSwitch: Advice = {
  title: 'The way to it must stay open',
  text: 'Its link light must be on while it sleeps. Docks and USB adapters often lose power; some switches and guest networks hold back broadcasts.',
}

function systemAdvice(os: string): Advice[] {
  if (/windows/i.test(os)) {
    return [
      {
        title: 'Windows: turn off fast start-up',
        text: 'In Power Options, “Choose what the power buttons do”: with fast start-up, a machine that is shut down cannot be woken. Sleep works.',
      },
      {
        title: 'Windows: let the card wake it',
        text: 'In Device Manager, the network adapter’s Power Management: allow it to wake the computer, by magic packet only. In Advanced: “Wake on Magic Packet” enabled.',
      },
    ]
  }
  if (/darwin|mac/i.test(os)) {
    return [
      {
        title: 'macOS: wake for network access',
        text: 'System Settings, Energy or Battery, Options: “Wake for network access” always. A closed MacBook on battery does not wake.',
      },
    ]
  }
  return [
    {
      title: 'Linux: the card must listen',
      text: 'ethtool CARD must show “Wake-on: g”; ethtool -s CARD wol g turns it on until the next start. NetworkManager keeps it with 802-3-ethernet.wake-on-lan magic.',
    },
  ]
}
