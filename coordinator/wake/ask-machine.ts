import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import type { FleetLink } from '../fleet/fleet-link.ts'
import { requireMachine } from './power-detail.ts'
import { readSleepers } from './read-sleepers.ts'
import { cardsOf } from './sleeper.ts'
import { startWake } from './wake-records.ts'

/**
 * Has a machine called because a person wants it, whatever its policy says; nothing changes when it already is.
 *
 * @throws AppError `not_found`; `conflict` when it is awake; `bad_request` when nobody knows how to call it
 */
export async function wakeMachine(
  db: Database,
  agentId: number,
  { accountId, test }: { accountId: number; test: boolean },
): Promise<void> {
  const machine = requireMachine(await readSleepers(db), agentId)
  if (machine.isConnected) {
    const how = machine.report?.canSleep ? 'let it sleep first' : 'put it to sleep first'
    throw new AppError('conflict', `“${machine.name}” is awake: to test how it wakes, ${how}`)
  }
  if (cardsOf(machine).length === 0) {
    throw new AppError(
      'bad_request',
      `No network card of “${machine.name}” is known that could be called: enter its MAC address`,
    )
  }
  await startWake(db, agentId, { cause: test ? 'test' : 'person', accountId, waiting: 0 })
}

/**
 * Asks a machine to sleep as soon as nothing runs on it; it decides by its own configuration.
 *
 * @throws AppError `not_found`; `conflict` when it is not there or has no sleep command
 */
export async function sleepMachine(
  db: Database,
  link: Pick<FleetLink, 'sendTo'>,
  agentId: number,
): Promise<void> {
  const machine = requireMachine(await readSleepers(db), agentId)
  if (!machine.isConnected) throw new AppError('conflict', `“${machine.name}” is not connected`)
  if (!machine.report?.canSleep) {
    throw new AppError(
      'conflict',
      `“${machine.name}” has no sleep command: its owner sets power.sleep.command in its configuration`,
    )
  }
  link.sendTo(agentId, 'agent.sleep', { reason: 'an administrator asked for it' })
}
