import { expect, test } from 'vitest'
import { encodeMagicPacket, formatMac, isCardAddress, MacAddress, SecureOn } from './magic-packet.ts'

const card = [0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc]
const body = [...Array<number>(6).fill(0xff), ...Array<number[]>(16).fill(card).flat()]

test.each(['00:11:22:aa:bb:cc', '00-11-22-AA-BB-CC', '001122aaBBcc'])(
  '%s: six times 0xff, sixteen times the card',
  (mac) => {
    expect(MacAddress.parse(mac)).toBe(mac)
    expect([...encodeMagicPacket(mac, null)]).toEqual(body)
    expect(formatMac(mac)).toBe('00:11:22:aa:bb:cc')
  },
)

test.each([
  ['0a:00:00:01', [10, 0, 0, 1]],
  ['10.0.0.1', [10, 0, 0, 1]],
  ['de:ad:be:ef:00:01', [0xde, 0xad, 0xbe, 0xef, 0, 1]],
])('the password %s follows it', (password, bytes) => {
  expect(SecureOn.parse(password)).toBe(password)
  expect([...encodeMagicPacket('00:11:22:aa:bb:cc', password)]).toEqual([...body, ...bytes])
})

test.each([
  '',
  '00:11:22:aa:bb',
  '00:11:22:aa:bb:cc:dd',
  '00:11-22:aa:bb:cc',
  'g0:11:22:aa:bb:cc',
  '00:11:22:aa:bb:cc\n',
])('%j is no address of a card', (text) => {
  expect(MacAddress.safeParse(text).success).toBe(false)
})

test.each(['', '1.2.3', '256.0.0.1', '00:11:22', '00:11:22:33:44'])('%j is no password', (text) => {
  expect(SecureOn.safeParse(text).success).toBe(false)
})

test.each([
  ['00:11:22:aa:bb:cc', true],
  ['00:00:00:00:00:00', false],
  ['ff:ff:ff:ff:ff:ff', false],
  ['01:00:5e:00:00:01', false],
])('whether %s can be called: %s', (mac, expected) => {
  expect(isCardAddress(mac)).toBe(expected)
})
