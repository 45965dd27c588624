import { z } from 'zod'

const HEAD = 6
const REPEATS = 16

/** Six bytes in hexadecimal: `00:11:22:aa:bb:cc`, also with dashes or nothing between them. */
export const MacAddress = z
  .string()
  .regex(
    /^[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i,
    'must be six bytes such as 00:11:22:aa:bb:cc',
  )
export type MacAddress = z.infer<typeof MacAddress>

/** The password of cards that want one: six bytes like a MAC address, or four as `10.0.0.1` or `0a:00:00:01`. */
export const SecureOn = z.union(
  [MacAddress, z.string().regex(/^[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){2}[0-9a-f]{2}$/i), z.ipv4()],
  'must be four or six bytes such as 0a:00:00:01 or 00:11:22:aa:bb:cc',
)
export type SecureOn = z.infer<typeof SecureOn>

/**
 * What a sleeping network card listens for: six bytes 0xff, then its own address sixteen times, then the password if
 * it has one. 102, 106 or 108 bytes.
 *
 * @see https://en.wikipedia.org/wiki/Wake-on-LAN#Magic_packet
 */
export function encodeMagicPacket(mac: MacAddress, secureOn: SecureOn | null): Uint8Array {
  const address = macBytes(mac)
  const password = secureOn === null ? [] : passwordBytes(secureOn)
  const head = Array<number>(HEAD).fill(0xff)
  return Uint8Array.from([...head, ...Array<number[]>(REPEATS).fill(address).flat(), ...password])
}

/** One way of writing for all: `00:11:22:aa:bb:cc`. */
export function formatMac(mac: MacAddress): MacAddress {
  return macBytes(mac)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':')
}

/** Whether a packet for it can wake anything: not that of nobody, of everybody, or of a group. */
export function isCardAddress(mac: MacAddress): boolean {
  const bytes = macBytes(mac)
  return bytes.some((byte) => byte !== 0) && (bytes[0]! & 1) === 0
}

function passwordBytes(secureOn: SecureOn): number[] {
  return secureOn.includes('.') ? secureOn.split('.').map(Number) : macBytes(secureOn)
}

function macBytes(mac: string): number[] {
  return (mac.match(/[0-9a-f]{2}/gi) ?? []).map((byte) => Number.parseInt(byte, 16))
}
