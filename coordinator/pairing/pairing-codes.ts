import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { PairingCodeView } from '../../protocol/pairing.ts'
import { codeFromBytes, pairingTranscript } from '../../protocol/pairing-code.ts'
import type { Database } from '../db/database.ts'
import { derivePairingKey } from './derive-pairing-key.ts'

const LIFE_MINUTES = 10
const TRIES = 5
/** Codes that are good at once: nobody adds more machines in ten minutes. */
const MAX_LIVE = 20
/** Old ones are shown for so long, with what became of them. */
const KEPT_MINUTES = 60

export type MadeCode = { id: number; selector: string; secret: string }

/**
 * Makes a code. Only the key that its secret becomes is kept.
 *
 * @param agentId whose place the machine takes; null for a new one
 * @throws AppError `conflict` when too many are good at the moment, `not_found` for an unknown agent
 */
export async function createPairingCode(
  db: Database,
  house: string,
  options: { agentId: number | null; accountId: number },
): Promise<MadeCode> {
  const { agentId, accountId } = options
  if (agentId !== null) await requireAnyAgent(db, agentId)
  await forgetOldCodes(db)
  const { selector, secret } = codeFromBytes(randomBytes(16))
  const key = await derivePairingKey(house, selector, secret)
  const { rows } = await sql<{ id: number }>`
    insert into pairing_code (selector, key, agent_id, created_by, expires_at, tries_left)
    select ${selector}, ${key}, ${agentId}, ${accountId}, now() + ${LIFE_MINUTES} * interval '1 minute', ${TRIES}
    where (select count(*) from pairing_code
      where used_at is null and tries_left > 0 and expires_at > now()) < ${MAX_LIVE}
    returning id`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) {
    throw new AppError('conflict', `${MAX_LIVE} codes are still good: use or delete one of them first`)
  }
  return { id, selector, secret }
}

/** Codes of the last hour, newest first. */
export async function listPairingCodes(db: Database): Promise<PairingCodeView[]> {
  const { rows } = await sql<PairingCodeRow>`
    select code.id, code.selector, code.expires_at as "expiresAt", code.tries_left as "triesLeft",
      case when code.used_at is not null then 'used' when code.expires_at <= now() then 'expired'
        when code.tries_left = 0 then 'dead' else 'waiting' end as state,
      agent.id as "agentId", agent.name as "agentName"
    from pairing_code code left join agent on agent.id = code.agent_id
    where code.expires_at > now() - ${KEPT_MINUTES} * interval '1 minute'
    order by code.id desc`.execute(db)
  return rows.map(({ expiresAt, agentId, agentName, ...code }) => ({
    ...code,
    expiresAt: expiresAt.toISOString(),
    agent: agentId === null || agentName === null ? null : { id: agentId, name: agentName },
  }))
}

type PairingCodeRow = Omit<PairingCodeView, 'expiresAt' | 'agent'> & {
  expiresAt: Date
  agentId: number | null
  agentName: string | null
}

/** @throws AppError `not_found` */
export async function deletePairingCode(db: Database, id: number): Promise<void> {
  const { numDeletedRows } = await db.deleteFrom('pairing_code').where('id', '=', id).executeTakeFirst()
  if (numDeletedRows === 0n) throw new AppError('not_found', `There is no pairing code ${id}`)
}

export type PresentedCode = {
  selector: string
  codeProof: string
  /** What the agent has signed. */
  statement: string
  name: string
  /** Raw bytes. */
  publicKey: Buffer
}

export type OpenedCode = {
  id: number
  /** Whose place it is for. */
  agentId: number | null
  /** For the agent: who makes it knows the code too. */
  coordinatorProof: string
}

/**
 * Spends one of a code's tries and only then looks whether the proof is right, so that many who try at once have
 * five tries between them. Whoever joined with it may present it again while it lasts: the answer may have been lost.
 *
 * @throws AppError `forbidden`; it does not tell which of the reasons it was
 */
export async function tryPairingCode(db: Database, presented: PresentedCode): Promise<OpenedCode> {
  const { selector, codeProof, statement, name, publicKey } = presented
  const { rows } = await sql<{ id: number; key: Buffer; agentId: number | null }>`
    update pairing_code set tries_left = tries_left - 1
    where selector = ${selector} and tries_left > 0 and expires_at > now()
      and (used_at is null or used_by = ${publicKey})
    returning id, key, agent_id as "agentId"`.execute(db)
  const code = rows[0]
  const mac = (side: 'agent' | 'coordinator', key: Buffer) =>
    createHmac('sha256', key)
      .update(pairingTranscript(side, statement, name))
      .digest()
  if (!code || !timingSafeEqual(mac('agent', code.key), Buffer.from(codeProof, 'base64url'))) {
    throw new AppError(
      'forbidden',
      'This pairing code is not good (any more): a code works once, for ten minutes, and not after five wrong tries. Make a new one with “Add machine” on the dashboard',
    )
  }
  return {
    id: code.id,
    agentId: code.agentId,
    coordinatorProof: mac('coordinator', code.key).toString('base64url'),
  }
}

async function requireAnyAgent(db: Database, agentId: number): Promise<void> {
  const agent = await db.selectFrom('agent').select('id').where('id', '=', agentId).executeTakeFirst()
  if (!agent) throw new AppError('not_found', `There is no agent ${agentId}`)
}

async function forgetOldCodes(db: Database): Promise<void> {
  await sql`delete from pairing_code
    where expires_at < now() - ${KEPT_MINUTES} * interval '1 minute'`.execute(db)
}
