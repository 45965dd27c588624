import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Destination } from '../../config/send-packets.ts'
import { WakeRelay } from './wake-relay.ts'

const call = { macAddresses: ['00:11:22:aa:bb:cc'], secureOn: null, port: 9 as const }

function makeRelay(isAllowed = true) {
  const sent: { sizes: number[]; to: string[] }[] = []
  const log: string[] = []
  const clock = { nowMs: 0 }
  const relay = new WakeRelay({
    log: pino({ level: 'warn' }, { write: (line) => void log.push(JSON.parse(line).reason) }),
    isAllowed,
    now: () => clock.nowMs,
    networks: () => [
      { name: 'lan', address: '192.168.1.9', prefix: 24, mac: '' },
      { name: 'vpn', address: '10.8.0.2', prefix: 32, mac: '' },
    ],
    send: async (packets: readonly Uint8Array[], destinations: readonly Destination[]) => {
      sent.push({
        sizes: packets.map(({ length }) => length),
        to: destinations.map(({ from, to, port }) => `${from}>${to}:${port}`),
      })
      return []
    },
  })
  return { relay, sent, log, clock }
}

test('a call goes to the broadcast addresses of its own networks alone', async () => {
  const { relay, sent } = makeRelay()
  await relay.call({ ...call, secureOn: '1.2.3.4' })
  expect(sent).toEqual([{ sizes: [106], to: ['192.168.1.9>192.168.1.255:9'] }])
})

test('more than sixty packets in a minute are refused, and said once', async () => {
  const { relay, sent, log, clock } = makeRelay()
  for (let at = 0; at < 100; at += 1) {
    clock.nowMs = at * 100
    await relay.call(call)
  }
  expect(sent).toHaveLength(60)
  expect(log).toEqual(['it was asked for more than 60 packets in a minute'])
  clock.nowMs = 60_000
  await relay.call(call)
  expect(sent).toHaveLength(61)
})

test('an owner who does not want it is obeyed', async () => {
  const { relay, sent, log } = makeRelay(false)
  await relay.call(call)
  expect(sent).toEqual([])
  expect(log).toEqual([expect.stringContaining('power.relay is off')])
})
