import type { Logger } from 'pino'
import { readNetworks } from '../../config/networks.ts'
import { sendPackets } from '../../config/send-packets.ts'
import { encodeMagicPacket } from '../../protocol/magic-packet.ts'
import { broadcastOf, type Network } from '../../protocol/network.ts'
import type { WakeCall } from '../../protocol/power.ts'

const WINDOW_MS = 60_000
/** More than one machine being woken needs, and no flood. */
const MOST_IN_WINDOW = 60

export type WakeRelayOptions = {
  log: Logger
  isAllowed: boolean
  networks?: () => Network[]
  send?: typeof sendPackets
  now?: () => number
}

/**
 * Calls sleeping machines on this machine's own networks when the coordinator asks.
 *
 * Bounded whatever it asks: the packets are made here from an address and a password, so nothing else can be sent;
 * they go to the broadcast addresses of this machine's networks alone, to the ports for it, sixty a minute at most.
 */
export class WakeRelay {
  readonly #options: WakeRelayOptions
  /** When calls of the last minute were made, one entry for each packet. */
  #sentAt: number[] = []
  #isToldOff = false

  constructor(options: WakeRelayOptions) {
    this.#options = options
  }

  async call({ macAddresses, secureOn, port }: WakeCall): Promise<void> {
    const {
      log,
      isAllowed,
      networks = readNetworks,
      send = sendPackets,
      now = () => performance.now(),
    } = this.#options
    if (!isAllowed) return this.#refuse('power.relay is off in this agent’s configuration')
    this.#sentAt = this.#sentAt.filter((at) => now() - at < WINDOW_MS)
    if (this.#sentAt.length + macAddresses.length > MOST_IN_WINDOW)
      return this.#refuse(`it was asked for more than ${MOST_IN_WINDOW} packets in a minute`)
    this.#isToldOff = false
    this.#sentAt.push(...macAddresses.map(now))
    const failures = await send(
      macAddresses.map((mac) => encodeMagicPacket(mac, secureOn)),
      networks().flatMap((network) => {
        const to = broadcastOf(network)
        return to ? [{ from: network.address, to, port }] : []
      }),
    )
    if (failures.length > 0) log.warn({ failures }, 'could not call a sleeping machine on every network')
    else log.debug({ macAddresses }, 'called a sleeping machine for the coordinator')
  }

  /** Said once, until it is obeyed again. */
  #refuse(reason: string): void {
    if (!this.#isToldOff) this.#options.log.warn({ reason }, 'refused to call a sleeping machine')
    this.#isToldOff = true
  }
}
