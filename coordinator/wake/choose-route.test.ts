import { expect, test } from 'vitest'
import type { Network } from '../../protocol/network.ts'
import { chooseRoute } from './choose-route.ts'
import { makeSleeper } from './testing/make-sleeper.ts'

const net = (name: string, address: string, prefix = 24): Network => ({
  name,
  address,
  prefix,
  mac: '02:00:00:00:00:01',
})
const near = [net('eth0', '192.168.1.2'), net('eth1', '10.0.0.2')]
const far = [net('eth1', '10.0.0.2')]
const neighbour = makeSleeper({
  id: 5,
  name: 'nas',
  isConnected: true,
  facts: { ...makeSleeper().facts!, networks: [net('lan', '192.168.1.9')] },
})
const toOf = (route: ReturnType<typeof chooseRoute>) =>
  route.destinations.map(({ from, to, port }) => `${from}>${to}:${port}`)

test('a machine of our own network is called on all our networks', () => {
  const route = chooseRoute(makeSleeper(), near, [neighbour])
  expect(toOf(route)).toEqual(['192.168.1.2>192.168.1.255:9', '10.0.0.2>10.0.0.255:9'])
  expect(route.relay).toBeNull()
  expect(route.text).toBe('from the server to 192.168.1.255, 10.0.0.255')
})

test('one of another network is called by a machine that is there', () => {
  const route = chooseRoute(makeSleeper(), far, [neighbour])
  expect(toOf(route)).toEqual([])
  expect(route.relay).toEqual({ id: 5, name: 'nas' })
  expect(route.call).toEqual({ macAddresses: ['00:11:22:aa:bb:cc'], secureOn: null, port: 9 })
  expect(route.text).toBe('through “nas”')
})

test.each([
  ['is asleep itself', { ...neighbour, isConnected: false }],
  ['may not', { ...neighbour, report: { relays: false } as never }],
])('where the one who is there %s, it is tried from here, and said to be doubtful', (_what, other) => {
  const route = chooseRoute(makeSleeper(), far, [other])
  expect(route.relay).toBeNull()
  expect(route.text).toBe('from the server to 10.0.0.255, although it was last seen in another network')
})

test('a person chooses interfaces, further addresses, the port, and who calls', () => {
  const policy = {
    interfaces: ['eth1'],
    addresses: ['172.16.0.255'],
    port: 7 as const,
    relay: 5,
    secureOn: '1.2.3.4',
  }
  const route = chooseRoute(makeSleeper({ policy }), near, [neighbour])
  expect(route.relay).toEqual({ id: 5, name: 'nas' })
  expect(toOf(route)).toEqual(['null>172.16.0.255:7'])
  expect(route.call.secureOn).toBe('1.2.3.4')
  const alone = chooseRoute(makeSleeper({ policy: { ...policy, relay: 'none' } }), near, [neighbour])
  expect(alone.relay).toBeNull()
  expect(toOf(alone)).toEqual(['10.0.0.2>10.0.0.255:7', 'null>172.16.0.255:7'])
})

test('cards inside of a machine are not called', () => {
  const facts = {
    ...makeSleeper().facts!,
    networks: [
      { ...net('docker0', '172.17.0.1', 16), mac: '02:42:00:00:00:01' },
      net('enp3s0', '192.168.1.20'),
    ],
  }
  expect(chooseRoute(makeSleeper({ facts }), near, []).call.macAddresses).toEqual(['02:00:00:00:00:01'])
})

test('a server without any network says so', () => {
  expect(chooseRoute(makeSleeper(), [], []).text).toMatch(/^nowhere/)
})
