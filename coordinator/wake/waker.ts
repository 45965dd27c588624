import { sql } from 'kysely'
import type { Logger } from 'pino'
import { readNetworks } from '../../config/networks.ts'
import { sendPackets } from '../../config/send-packets.ts'
import { encodeMagicPacket } from '../../protocol/magic-packet.ts'
import type { Network } from '../../protocol/network.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { FleetLink } from '../fleet/fleet-link.ts'
import { Rounds } from '../rounds.ts'
import { chooseRoute, type WakeRoute } from './choose-route.ts'
import { chooseWakes, needsOf } from './choose-wakes.ts'
import { nextStep } from './next-step.ts'
import { isAnswering } from './probe-machine.ts'
import { readSleepers } from './read-sleepers.ts'
import { readWaitingLanes } from './read-waiting-lanes.ts'
import type { RunningWake, Sleeper } from './sleeper.ts'
import { cancelWake, giveUpWake, noteBooting, notePacket, noteTrouble, startWake } from './wake-records.ts'

const INTERVAL_MS = 1_000
/** Names the lock among those of this database; any number that nobody else uses. */
const LOCK = 7_243_220

export type WakerOptions = {
  db: Database
  log: Logger
  link: Pick<FleetLink, 'sendTo'>
  /** What screens show of machines has changed. */
  onChange: () => void
  networks?: () => Network[]
  send?: typeof sendPackets
  probe?: typeof isAnswering
}

type Call = { machine: Sleeper; wakeId: number; route: WakeRoute }

/**
 * Wakes machines when work waits that only they can do, and when a person asks for it.
 *
 * idle → running: `start()`. Each second one of the coordinators on the database decides (an advisory lock that ends
 *   with its transaction); what it decides is in the database before the first packet leaves, so another goes on where
 *   it was killed, and nobody is called more often than is counted.
 * running → stopped: `stop()`, which waits for the round in flight.
 */
export class Waker {
  readonly #options: WakerOptions
  readonly #rounds: Rounds
  /** Wakes whose machine answered on the network before the first packet: that tells nothing about them. */
  readonly #answeredBefore = new Set<number>()
  /** What the last look at the network showed, by wake. */
  readonly #answering = new Map<number, boolean>()

  constructor(options: WakerOptions) {
    this.#options = options
    this.#rounds = new Rounds({
      log: options.log,
      intervalMs: INTERVAL_MS,
      round: () => this.#round(),
      failure: 'could not look after sleeping machines; trying again',
    })
  }

  start(): void {
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #round(): Promise<void> {
    const { db, onChange } = this.#options
    const decided = await transact(db, { durable: false }, (tx) => this.#decide(tx))
    if (decided.isChanged) onChange()
    const looking = this.#look(decided.waking)
    await Promise.all(decided.calls.map((call) => this.#call(call)))
    await looking
  }

  async #decide(tx: DatabaseTransaction) {
    const nothing = { calls: [] as Call[], waking: [] as Sleeper[], isChanged: false }
    const { rows } = await sql<{ mine: boolean; now: Date }>`
      select pg_try_advisory_xact_lock(${LOCK}) as mine, now() as now`.execute(tx)
    const { mine, now } = rows[0]!
    if (!mine) return nothing
    const machines = await readSleepers(tx)
    // Nobody sleeps: nothing is asked of the queue.
    if (machines.every(({ isConnected, wake }) => isConnected && !wake)) return nothing

    const needs = needsOf(await readWaitingLanes(tx, machines), machines)
    let isChanged = false
    for (const { machine, jobs } of chooseWakes(machines, needs, now)) {
      await startWake(tx, machine.id, { cause: 'work', accountId: null, waiting: jobs })
      this.#options.log.info({ agent: machine.name, jobs }, 'work waits for a machine that sleeps; waking it')
      isChanged = true
    }
    const current = isChanged ? await readSleepers(tx) : machines
    const calls: Call[] = []
    for (const machine of current) {
      if (!machine.wake || machine.isConnected) continue
      const step = await this.#advance(tx, machine, machine.wake, needs.has(machine.id), current, now)
      isChanged ||= step !== 'wait'
      if (typeof step === 'object') calls.push(step)
    }
    return { calls, waking: current.filter(({ wake, isConnected }) => wake && !isConnected), isChanged }
  }

  /** Decides about one wake and notes it. @returns the call that is to be made now, if one is */
  async #advance(
    tx: DatabaseTransaction,
    machine: Sleeper,
    wake: RunningWake,
    isWanted: boolean,
    others: readonly Sleeper[],
    now: Date,
  ): Promise<Call | 'changed' | 'wait'> {
    const { log, networks = readNetworks } = this.#options
    const seen = { isWanted, isAnswering: this.#answering.get(wake.id) ?? false }
    const step = nextStep(wake, machine, seen, now)
    switch (step.type) {
      case 'wait':
        return 'wait'
      case 'cancel':
        await cancelWake(tx, wake.id)
        return 'changed'
      case 'booting':
        await noteBooting(tx, wake.id)
        return 'changed'
      case 'giveUp':
        await giveUpWake(tx, { wakeId: wake.id, agentId: machine.id, message: step.message })
        log.warn({ agent: machine.name, packets: wake.packets }, `could not wake a machine: ${step.message}`)
        return 'changed'
      case 'send': {
        const route = chooseRoute(machine, networks(), others)
        await notePacket(tx, wake.id, route.text)
        return { machine, wakeId: wake.id, route }
      }
    }
  }

  async #call({ machine, wakeId, route }: Call): Promise<void> {
    const { db, log, link, send = sendPackets } = this.#options
    const { call, relay, destinations } = route
    if (relay && call.macAddresses.length > 0) link.sendTo(relay.id, 'wake.relay', call)
    const failures = await send(
      call.macAddresses.map((mac) => encodeMagicPacket(mac, call.secureOn)),
      destinations,
    )
    const isLost = !relay && failures.length === destinations.length
    const trouble =
      call.macAddresses.length === 0
        ? 'No network card of it is known that could be called: enter its MAC address'
        : isLost
          ? `Not one packet could be sent: ${failures.join('; ') || route.text}`
          : undefined
    if (trouble === undefined) return
    log.debug({ agent: machine.name, failures }, 'a call could not be sent')
    await noteTrouble(db, wakeId, trouble)
  }

  /** Looks whether machines that are being woken answer on the network. */
  async #look(waking: readonly Sleeper[]): Promise<void> {
    const { probe = isAnswering } = this.#options
    const ids = new Set(waking.map(({ wake }) => wake!.id))
    for (const known of [this.#answeredBefore, this.#answering]) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id)
    }
    await Promise.all(
      waking.map(async ({ wake, facts }) => {
        const { id, packets } = wake!
        const answers = await probe((facts?.networks ?? []).map(({ address }) => address))
        if (packets === 0 && answers) this.#answeredBefore.add(id)
        this.#answering.set(id, answers && !this.#answeredBefore.has(id))
      }),
    )
  }
}
