import { expect, test } from 'vitest'
import { broadcastOf, isSameNetwork, type Network } from './network.ts'

test.each([
  ['192.168.1.10', 24, '192.168.1.255'],
  ['10.1.2.3', 8, '10.255.255.255'],
  ['172.16.5.4', 20, '172.16.15.255'],
  ['198.18.0.1', 30, '198.18.0.3'],
  ['255.255.255.254', 30, '255.255.255.255'],
  ['10.8.0.1', 32, undefined],
  ['10.8.0.1', 31, undefined],
  ['10.8.0.1', 0, undefined],
])('all machines of %s/%i hear %s', (address, prefix, expected) => {
  expect(broadcastOf({ address, prefix })).toBe(expected)
})

test.each([
  ['192.168.1.10', 24, '192.168.1.99', 24, true],
  ['192.168.1.10', 24, '192.168.2.99', 24, false],
  ['192.168.1.10', 24, '192.168.1.99', 25, false],
  ['10.8.0.1', 32, '10.8.0.1', 32, false],
])('%s/%i and %s/%i are in one network: %s', (address, prefix, other, otherPrefix, expected) => {
  const network = (address: string, prefix: number): Network => ({ name: 'eth0', mac: '', address, prefix })
  expect(isSameNetwork(network(address, prefix), network(other, otherPrefix))).toBe(expected)
})
