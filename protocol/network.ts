import { z } from 'zod'

/** One address of a machine in one network. IPv4 alone: broadcasts, which wake machines, are not in IPv6. */
export const Network = z.object({
  /** Of the interface: `eth0`, `Wi-Fi`. */
  name: z.string().max(255),
  address: z.ipv4(),
  /** Bits that all machines of the network share. */
  prefix: z.int().min(0).max(32),
  mac: z.string().max(64),
})
export type Network = z.infer<typeof Network>

/** The address that all machines of a network hear; undefined where there is none, as between two ends of a tunnel. */
export function broadcastOf({ address, prefix }: Pick<Network, 'address' | 'prefix'>): string | undefined {
  if (prefix > 30 || prefix < 8) return undefined
  return format((toNumber(address) | hostMask(prefix)) >>> 0)
}

/** Whether two machines are in one network, as far as their addresses tell. */
export function isSameNetwork(one: Network, other: Network): boolean {
  const broadcast = broadcastOf(one)
  return broadcast !== undefined && one.prefix === other.prefix && broadcast === broadcastOf(other)
}

function hostMask(prefix: number): number {
  return 2 ** (32 - prefix) - 1
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function format(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}
