import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { HostFacts } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'
import { storableText } from '../../protocol/media.ts'
import { JOIN_REQUEST_MS, type JoinAnswer, type JoinRequestView } from '../../protocol/pairing.ts'
import { formatFingerprint, joinFingerprintText } from '../../protocol/pairing-code.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { storableJson } from '../intake/storable-json.ts'
import { admitAgent } from './admit-agent.ts'

/** Machines that wait at once: more are no household, and nobody could tell them apart. */
const MAX_WAITING = 20
const MAX_REFUSED = 200
const REFUSED_HOURS = 24

const isWaiting = sql`refused_at is null and seen_at > now() - ${JOIN_REQUEST_MS} * interval '1 millisecond'`

export type JoinRequest = { name: string; facts: HostFacts; publicKey: Buffer; address: string }

/**
 * Notes that an agent asks to be let in, and tells how its asking stands. The name under which it was first seen
 * stays, so that nobody approves one and gets another.
 *
 * @returns `isNew` when people should be told
 * @throws AppError `too_many_requests` when too many others wait
 */
export async function askToJoin(
  db: Database,
  request: JoinRequest,
): Promise<{ state: JoinAnswer['state']; isNew: boolean }> {
  const { publicKey, name, facts, address } = request
  const known = await db
    .selectFrom('agent')
    .select('revoked_at')
    .where('public_key', '=', publicKey)
    .executeTakeFirst()
  if (known) return { state: known.revoked_at ? 'refused' : 'approved', isNew: false }
  await forgetOldRequests(db)
  const { rows } = await sql<{ isRefused: boolean; isNew: boolean }>`
    insert into join_request (public_key, name, facts, address)
    select ${publicKey}, ${storableText(name)}, ${storableJson(facts)}::jsonb, ${storableText(address)}
    where exists (select 1 from join_request where public_key = ${publicKey})
      or (select count(*) from join_request where ${isWaiting}) < ${MAX_WAITING}
    on conflict (public_key) do update set seen_at = now()
    returning refused_at is not null as "isRefused", xmax = 0 as "isNew"`.execute(db)
  const row = rows[0]
  if (!row) {
    throw new AppError(
      'too_many_requests',
      `${MAX_WAITING} machines already wait to be let in: approve or refuse some of them on the dashboard`,
    )
  }
  return { state: row.isRefused ? 'refused' : 'waiting', isNew: row.isNew }
}

/** Those that still ask, in the order in which they came. */
export async function listJoinRequests(db: Database, house: string): Promise<JoinRequestView[]> {
  const { rows } = await sql<JoinRequestRow>`
    select id, name, facts, address, public_key as "publicKey", asked_at as "askedAt"
    from join_request where ${isWaiting} order by id`.execute(db)
  return rows.map(({ publicKey, askedAt, name, ...request }) => ({
    ...request,
    name: displayPathName(name),
    askedAt: askedAt.toISOString(),
    fingerprint: joinFingerprint(house, publicKey),
  }))
}

type JoinRequestRow = Pick<JoinRequestView, 'id' | 'name' | 'facts' | 'address'> & {
  publicKey: Buffer
  askedAt: Date
}

export async function countJoinRequests(db: Database): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from join_request where ${isWaiting}`.execute(db)
  return rows[0]?.waiting ?? 0
}

/**
 * Makes an agent of one that has asked.
 *
 * @returns its id
 * @throws AppError `not_found` when it does not ask any more
 */
export function approveJoinRequest(db: Database, id: number): Promise<number> {
  return transact(db, { durable: true }, async (tx) => {
    const { rows } = await sql<{ name: string; publicKey: Buffer }>`
      delete from join_request where id = ${id} and ${isWaiting}
      returning name, public_key as "publicKey"`.execute(tx)
    const request = rows[0]
    if (!request) throw gone(id)
    return await admitAgent(tx, request)
  })
}

/** @throws AppError `not_found` */
export async function refuseJoinRequest(db: Database, id: number): Promise<void> {
  const { rows } = await sql`
    update join_request set refused_at = now() where id = ${id} and refused_at is null returning id`.execute(
    db,
  )
  if (rows.length === 0) throw gone(id)
}

/** What the agent prints as well. */
export function joinFingerprint(house: string, publicKey: Buffer): string {
  const text = joinFingerprintText(house, publicKey.toString('base64url'))
  return formatFingerprint(hash('sha256', text, 'buffer'))
}

async function forgetOldRequests(db: Database): Promise<void> {
  await sql`delete from join_request where id in (
    select id from join_request
    where refused_at is null and not (${isWaiting}) or refused_at < now() - ${REFUSED_HOURS} * interval '1 hour'
    union all (select id from join_request where refused_at is not null order by refused_at desc offset ${MAX_REFUSED}))`.execute(
    db,
  )
}

function gone(id: number): AppError {
  return new AppError('not_found', `Join request ${id} is over: the machine does not ask any more`)
}
