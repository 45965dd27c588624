import type { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Bonjour, type Service } from 'bonjour-service'
import { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'
import { PublicKey } from '../../protocol/introduction.ts'
import { displayPathName } from '../../protocol/path-name.ts'

/** Answers come within a second on any home network, and once more when one was lost. */
const LISTEN_MS = 3_000

export type FoundCoordinator = {
  url: string
  /** As it calls itself: for people, who may be lied to. */
  name: string
  /** Coordinators of one house are one choice. */
  house: string
}

const Announced = z.object({
  name: z.string().max(255),
  port: z.int().min(1).max(65_535),
  referer: z.object({ address: z.string().max(64) }),
  txt: z.object({ tls: z.enum(['0', '1']), house: PublicKey }),
})

/**
 * Asks the local network by mDNS which coordinators there are. Only while it asks does this agent listen, on the port
 * of mDNS; what it hears is a hint of where to ask and nothing more.
 *
 * @throws AppError `unavailable` when this machine cannot ask
 */
export async function findCoordinators(
  signal: AbortSignal,
  listenMs = LISTEN_MS,
): Promise<FoundCoordinator[]> {
  const failed = Promise.withResolvers<never>()
  const bonjour = new Bonjour({}, failed.reject)
  // The library leaves out that its socket may fail, which would end the process.
  ;(bonjour as unknown as { server: { mdns: EventEmitter } }).server.mdns.on('error', failed.reject)
  const found = new Map<string, FoundCoordinator>()
  const browser = bonjour.find({ type: 'hearth' }, (service) => {
    const coordinator = readService(service)
    if (coordinator && !found.has(coordinator.house)) found.set(coordinator.house, coordinator)
  })
  try {
    await Promise.race([sleep(listenMs, undefined, { signal }), failed.promise])
  } catch (cause) {
    signal.throwIfAborted()
    throw new AppError(
      'unavailable',
      'This machine cannot ask the network for coordinators: give the address, --url',
      {
        cause,
      },
    )
  } finally {
    browser.stop()
    await new Promise<void>((resolve) => bonjour.destroy(resolve))
  }
  return [...found.values()]
}

function readService(service: Service): FoundCoordinator | undefined {
  const parsed = Announced.safeParse(service)
  if (!parsed.success) return undefined
  const { name, port, referer, txt } = parsed.data
  const host = referer.address.includes(':') ? `[${referer.address}]` : referer.address
  const url = `${txt.tls === '1' ? 'https' : 'http'}://${host}:${port}`
  if (!URL.canParse(url)) return undefined
  return { url, name: displayPathName(name), house: txt.house }
}
