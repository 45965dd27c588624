import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { findCoordinators } from '../../agents/pairing/find-coordinators.ts'
import { createKey } from '../../agents/runtime/testing/test-agent.ts'
import { advertise } from '../../coordinator/pairing/advertise.ts'

const hasNetwork = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.family === 'IPv4' && !address.internal)
const { signal } = new AbortController()

test.skipIf(!hasNetwork)(
  'a coordinator is found on the network without an address, and no more when it has gone',
  async () => {
    // Others on this network may be found too: each of ours is known by its house.
    const house = createKey().publicKey
    const log: string[] = []
    const write = (line: string) => void log.push(line)
    const stop = advertise({ port: 8_470, isTls: true, house, log: pino({}, { write }) })
    const own = async () => (await findCoordinators(signal, 1_000)).filter((each) => each.house === house)
    await expect
      .poll(own, { timeout: 15_000 })
      .toMatchObject([
        { url: expect.stringMatching(/^https:\/\/[\d.]+:8470$/), name: expect.stringMatching(/^Hearth on /) },
      ])
    await stop()
    expect(await own()).toEqual([])
    expect(log).toEqual([])
  },
)

test('a machine that cannot ask says so, and one that cannot be found goes on', async () => {
  const socket = createSocket('udp4')
  socket.bind(5_353)
  // Another responder of this machine may share the port; then there is nothing to show.
  const isTaken = await Promise.race([
    once(socket, 'listening').then(() => true),
    once(socket, 'error').then(() => false),
  ])
  const log: { level: number; msg: string }[] = []
  const write = (line: string) => void log.push(JSON.parse(line))
  const stop = advertise({ port: 1, isTls: false, house: 'A'.repeat(43), log: pino({}, { write }) })
  try {
    if (!isTaken) return
    await expect(findCoordinators(signal, 1_000)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('--url'),
    })
    await expect.poll(() => log).toMatchObject([{ level: 40 }])
  } finally {
    await stop()
    socket.close()
  }
})
