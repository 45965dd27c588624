import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Where to, and by which of this machine's own addresses; null lets the system choose. */
export type Destination = { from: string | null; to: string; port: number }

/**
 * Sends the same bytes to several addresses by UDP, broadcast ones too. Nobody says whether they arrive.
 *
 * @returns what could not even be sent, one sentence each
 */
export async function sendPackets(
  packets: readonly Uint8Array[],
  destinations: readonly Destination[],
): Promise<string[]> {
  const failures = await Promise.all(destinations.map((destination) => sendTo(packets, destination)))
  return failures.filter((failure) => failure !== null)
}

async function sendTo(
  packets: readonly Uint8Array[],
  { from, to, port }: Destination,
): Promise<string | null> {
  const socket = createSocket('udp4')
  try {
    socket.bind(0, from ?? undefined)
    await once(socket, 'listening')
    socket.setBroadcast(true)
    for (const packet of packets) await send(socket, packet, port, to)
    return null
  } catch (error) {
    return `to ${to}: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    socket.close()
  }
}

function send(socket: Socket, packet: Uint8Array, port: number, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(packet, port, to, (error) => (error ? reject(error) : resolve()))
  })
}
