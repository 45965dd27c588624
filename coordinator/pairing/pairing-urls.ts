import type { NetworkInterfaceInfo } from 'node:os'

export type PairingUrlsInput = {
  /** Address that the coordinator listens on. */
  host: string
  port: number
  isTls: boolean
  /** Of a proxy before it. */
  publicOrigins: readonly string[]
  /** As `networkInterfaces()` of `node:os`. */
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>
}

/** Addresses at which other machines may reach a coordinator, the likeliest first. None when it listens on loopback only. */
export function pairingUrls({ host, port, isTls, publicOrigins, interfaces }: PairingUrlsInput): string[] {
  const scheme = isTls ? 'https' : 'http'
  const own = addressesOf(host, interfaces).map((address) => `${scheme}://${inUrl(address)}:${port}`)
  return [...new Set([...publicOrigins.map((origin) => new URL(origin).origin), ...own])]
}

function addressesOf(host: string, interfaces: PairingUrlsInput['interfaces']): string[] {
  if (host !== '0.0.0.0' && host !== '::') return isLoopback(host) ? [] : [host]
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === 'IPv4' || scopeid === 0))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => address)
}

/** Whether only this machine itself reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
