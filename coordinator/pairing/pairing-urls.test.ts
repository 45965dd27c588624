import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { pairingUrls } from './pairing-urls.ts'

const address = (text: string, changes: Partial<NetworkInterfaceInfo> = {}) =>
  ({
    address: text,
    family: 'IPv4',
    internal: false,
    netmask: '',
    mac: '',
    cidr: null,
    ...changes,
  }) as NetworkInterfaceInfo
const interfaces = {
  lo: [address('127.0.0.1', { internal: true })],
  eth0: [
    address('2001:db8::1', { family: 'IPv6', scopeid: 0 } as Partial<NetworkInterfaceInfo>),
    address('192.0.2.7'),
    address('fe80::1', { family: 'IPv6', scopeid: 2 } as Partial<NetworkInterfaceInfo>),
  ],
}

test.each([
  ['0.0.0.0', false, ['http://192.0.2.7:8470', 'http://[2001:db8::1]:8470']],
  ['::', true, ['https://192.0.2.7:8470', 'https://[2001:db8::1]:8470']],
  ['192.0.2.7', true, ['https://192.0.2.7:8470']],
  ['nas.home', false, ['http://nas.home:8470']],
  ['127.0.0.1', false, []],
  ['::1', false, []],
  ['localhost', true, []],
])('a coordinator at %s (TLS: %s) is reached at %j', (host, isTls, urls) => {
  expect(pairingUrls({ host, port: 8470, isTls, publicOrigins: [], interfaces })).toEqual(urls)
})

test('the address of a proxy comes first', () => {
  const publicOrigins = ['https://photos.example/']
  expect(pairingUrls({ host: '192.0.2.7', port: 80, isTls: false, publicOrigins, interfaces })).toEqual([
    'https://photos.example',
    'http://192.0.2.7:80',
  ])
})
