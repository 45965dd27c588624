import type { EventEmitter } from 'node:events'
import { hostname } from 'node:os'
import { Bonjour } from 'bonjour-service'
import type { Logger } from 'pino'

export type Advertisement = {
  port: number
  isTls: boolean
  /** Public key of the house. */
  house: string
  log: Logger
}

/**
 * Tells the local network by mDNS that a coordinator is here (`_hearth._tcp`), so that agents find it without an
 * address. Nothing of it is believed by anybody: it only says where to ask.
 *
 * @returns what ends it
 */
export function advertise({ port, isTls, house, log }: Advertisement): () => Promise<void> {
  // A machine without a network, or with another responder that keeps the port to itself, works all the same.
  let isSaid = false
  const onError = (error: Error) => {
    const level = isSaid ? 'debug' : 'warn'
    isSaid = true
    log[level]({ reason: error.message }, 'agents on this network cannot find the coordinator by themselves')
  }
  const bonjour = new Bonjour({}, onError)
  // The library leaves out that its socket may fail, which would end the process.
  ;(bonjour as unknown as { server: { mdns: EventEmitter } }).server.mdns.on('error', onError)
  const service = bonjour.publish({
    // Two on one machine are two.
    name: `Hearth on ${hostname()} ${port}`,
    type: 'hearth',
    port,
    txt: { tls: isTls ? '1' : '0', house },
    probe: false,
  })
  service.on('error', onError)
  return () => new Promise((resolve) => bonjour.unpublishAll(() => bonjour.destroy(resolve)))
}
