import type { Destination } from '../../config/send-packets.ts'
import { broadcastOf, isSameNetwork, type Network } from '../../protocol/network.ts'
import type { WakeCall } from '../../protocol/power.ts'
import { cardsOf, type Sleeper } from './sleeper.ts'

/** How a machine is called. */
export type WakeRoute = {
  call: WakeCall
  /** From the coordinator's own machine. */
  destinations: Destination[]
  /** The machine that calls it on its own network. */
  relay: { id: number; name: string } | null
  /** For people. */
  text: string
}

/**
 * Chooses the way of the packets, which do not cross routers: from here, where the machine was last seen in one of
 * our networks; else through a machine that is in its network and awake.
 *
 * @param own networks of the coordinator's machine
 * @param others all machines; those that are connected may relay
 */
export function chooseRoute(
  machine: Sleeper,
  own: readonly Network[],
  others: readonly Sleeper[],
): WakeRoute {
  const { policy } = machine
  const { port, secureOn } = policy
  const chosen = own.filter(({ name }) => policy.interfaces.length === 0 || policy.interfaces.includes(name))
  const its = machine.facts?.networks ?? []
  const isNear = its.some((network) => chosen.some((each) => isSameNetwork(network, each)))
  const relay = findRelay(machine, others, isNear)
  // With a relay of its own network nothing is gained by waking the whole house from here.
  const fromHere = policy.relay === 'none' || isNear || relay === null ? chosen : []
  const destinations = [
    ...fromHere.flatMap((network) => {
      const to = broadcastOf(network)
      return to ? [{ from: network.address, to, port }] : []
    }),
    ...policy.addresses.map((to) => ({ from: null, to, port })),
  ]
  return {
    call: { macAddresses: cardsOf(machine), secureOn, port },
    destinations,
    relay: relay && { id: relay.id, name: relay.name },
    text: describe(destinations, relay, isNear, its.length > 0),
  }
}

/** Machines that are in one of its networks, or could be: awake, and letting themselves be asked. */
export function relaysFor(machine: Sleeper, others: readonly Sleeper[]): Sleeper[] {
  return others.filter(
    (other) =>
      other.id !== machine.id &&
      other.isConnected &&
      other.report?.relays !== false &&
      sharesNetwork(machine, other),
  )
}

function findRelay(machine: Sleeper, others: readonly Sleeper[], isNear: boolean): Sleeper | null {
  const { relay } = machine.policy
  if (relay === 'none') return null
  if (relay === 'auto') return isNear ? null : (relaysFor(machine, others)[0] ?? null)
  return others.find(({ id, isConnected }) => id === relay && isConnected) ?? null
}

function sharesNetwork(machine: Sleeper, other: Sleeper): boolean {
  return (machine.facts?.networks ?? []).some((network) =>
    (other.facts?.networks ?? []).some((each) => isSameNetwork(network, each)),
  )
}

function describe(
  destinations: readonly Destination[],
  relay: Sleeper | null,
  isNear: boolean,
  isKnown: boolean,
): string {
  const ways = [
    ...(destinations.length > 0 ? [`from the server to ${destinations.map(({ to }) => to).join(', ')}`] : []),
    ...(relay ? [`through “${relay.name}”`] : []),
  ]
  if (ways.length === 0) return 'nowhere: the server is in no network that it could call into'
  const doubt = !isNear && !relay && isKnown ? ', although it was last seen in another network' : ''
  return ways.join(' and ') + doubt
}
