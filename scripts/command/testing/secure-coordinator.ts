import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import type { Closers } from '../../../config/run-process.ts'
import { startCoordinator } from '../../../coordinator/coordinator.ts'
import type { Database } from '../../../coordinator/db/database.ts'
import { type FreshDatabase, freshDatabase } from '../../../coordinator/db/testing/fresh-database.ts'
import { cookieOf } from '../../../coordinator/http/testing/test-server.ts'
import type { RouteContract } from '../../../protocol/api/route-contract.ts'
import { type RouteAnswer, type RouteName, routes } from '../../../protocol/api/routes.ts'

export type CoordinatorOptions = {
  tls?: CoordinatorConfig['tls']
  host?: string
  /** Of another coordinator, to be one more on its database. */
  on?: FreshDatabase
}

/** A whole coordinator in this process, with an administrator who is signed in. */
export class SecureCoordinator {
  readonly fresh: FreshDatabase
  readonly folder: string
  readonly url: string
  readonly log: string[]
  readonly #closers: Closers
  readonly #cookie: string
  readonly #ownsDatabase: boolean

  private constructor(made: {
    fresh: FreshDatabase
    folder: string
    url: string
    log: string[]
    closers: Closers
    cookie: string
    ownsDatabase: boolean
  }) {
    this.fresh = made.fresh
    this.folder = made.folder
    this.url = made.url
    this.log = made.log
    this.#closers = made.closers
    this.#cookie = made.cookie
    this.#ownsDatabase = made.ownsDatabase
  }

  static async start({
    tls = 'off',
    host = '127.0.0.1',
    on,
  }: CoordinatorOptions = {}): Promise<SecureCoordinator> {
    const fresh = on ?? (await freshDatabase())
    const folder = await mkdtemp(join(tmpdir(), 'hearth-coordinator-'))
    const log: string[] = []
    const closers: Closers = []
    const config = CoordinatorConfig.parse({
      host,
      port: 0,
      tls,
      database: fresh.address,
      dataFolder: folder,
      scanOnStart: false,
      // Some tests of this kind run at once, and one network has them all.
      joinRequests: true,
    })
    const write = (line: string) => void log.push(line)
    const { port } = await startCoordinator(config, pino({ level: 'info' }, { write }), closers)
    const session = await cookieOf(fresh.db, 'admin')
    const cookie = tls === 'off' ? session : `__Host-${session}`
    const url = `${tls === 'off' ? 'http' : 'https'}://127.0.0.1:${port}`
    return new SecureCoordinator({ fresh, folder, url, log, closers, cookie, ownsDatabase: on === undefined })
  }

  get db(): Database {
    return this.fresh.db
  }

  /** What an administrator's page asks. */
  async ask<N extends RouteName>(
    name: N,
    { id, body }: { id?: number; body?: unknown } = {},
  ): Promise<RouteAnswer<N>> {
    const route: RouteContract = routes[name]
    const url = new URL(route.path.replace(':id', String(id)), this.url)
    const headers = {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      cookie: this.#cookie,
    }
    const options = { method: route.method.toUpperCase(), headers, agent: false as const }
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, rejectUnauthorized: false })
        : httpRequest(url, options)
    request.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += part
    if (response.statusCode !== 200) throw new Error(`${name}: ${response.statusCode} ${text}`)
    return (route.answer as { parse: (value: unknown) => RouteAnswer<N> }).parse(JSON.parse(text))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer()
    await rm(this.folder, { recursive: true, force: true })
    if (this.#ownsDatabase) await this.fresh[Symbol.asyncDispose]()
  }
}
