import type { HostFacts } from '../../protocol/agents.ts'
import type { OfferedCapability } from '../../protocol/capability.ts'
import { formatMac, isCardAddress, MacAddress } from '../../protocol/magic-packet.ts'
import type { PowerReport, WakeEvent, WakePolicy } from '../../protocol/power.ts'
import type { StateFacts } from './machine-state.ts'

/** A wake that goes on. */
export type RunningWake = {
  id: number
  cause: WakeEvent['cause']
  startedAt: Date
  packets: number
  lastPacketAt: Date | null
  /** When its machine first answered on the network. */
  answeredAt: Date | null
}

/** A machine as it is seen by whoever decides whether to wake it. Times are the database's. */
export type Sleeper = StateFacts & {
  id: number
  name: string
  facts: HostFacts | null
  capabilities: readonly OfferedCapability[]
  models: readonly string[]
  policy: WakePolicy
  report: PowerReport | null
  /** Its owner lets it work again only then. */
  notBefore: Date | null
  /** When the last wake ended. */
  lastWakeEndedAt: Date | null
  asleepSince: Date | null
  wake: RunningWake | null
}

/** At most four. */
const MOST_CARDS = 4
/** Interfaces inside of a machine, which no packet from outside reaches. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|wg|tailscale|zt|utun|awdl|llw|bridge)/i

/** The addresses that are called to wake a machine: those of its policy, else those that it has said itself. */
export function cardsOf({ policy, facts }: Pick<Sleeper, 'policy' | 'facts'>): MacAddress[] {
  if (policy.macAddresses) return policy.macAddresses.map(formatMac)
  const real = (facts?.networks ?? []).filter(({ name }) => !VIRTUAL.test(name)).map(({ mac }) => mac)
  const said = real.length > 0 ? real : (facts?.macAddresses ?? [])
  const cards = said.filter((mac) => MacAddress.safeParse(mac).success && isCardAddress(mac)).map(formatMac)
  return [...new Set(cards)].slice(0, MOST_CARDS)
}
