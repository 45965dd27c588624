import { connect } from 'node:net'

/** Where hardly anybody listens: a machine that is on refuses, and by that tells that it is on. */
const PORT = 9
const LIMIT_MS = 900

/**
 * Whether somebody answers at one of these addresses. A firewall that is silent hides a machine that is on; another
 * machine may have the address meanwhile. So the answer is for people, and for patience, and decides nothing else.
 */
export async function isAnswering(addresses: readonly string[]): Promise<boolean> {
  return (await Promise.all(addresses.map(answers))).includes(true)
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: PORT, timeout: LIMIT_MS })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.on('connect', () => end(true))
    socket.on('timeout', () => end(false))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'))
  })
}
