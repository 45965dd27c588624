import { networkInterfaces } from 'node:os'
import type { Network } from '../protocol/network.ts'

/** The networks that this machine is in now, without those inside of it. */
export function readNetworks(interfaces: typeof networkInterfaces = networkInterfaces): Network[] {
  return Object.entries(interfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address, cidr, mac }) => ({ name, address, prefix: Number(cidr?.split('/')[1] ?? 32), mac })),
  )
}
