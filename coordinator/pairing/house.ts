import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { sql } from 'kysely'
import { houseStatement, type Statement } from '../../protocol/introduction.ts'
import type { Database } from '../db/database.ts'

/**
 * The coordinators on one database, as agents know them: an Ed25519 key, made once. Agents remember its public half
 * when they are let in, and take no work from anybody who cannot sign with it.
 */
export type House = { publicKey: string; privateKey: KeyObject }

/** The house's key; makes it when there is none. Coordinators that start at once agree on one. */
export async function loadHouse(db: Database): Promise<House> {
  const made = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })
  await sql`insert into house (private_key) values (${made}) on conflict do nothing`.execute(db)
  const { private_key } = await db.selectFrom('house').select('private_key').executeTakeFirstOrThrow()
  const privateKey = createPrivateKey({ key: private_key, format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { publicKey: x as string, privateKey }
}

/** Proves to an agent that this is the house: a signature over the agent's own nonce, base64url. */
export function signAsHouse(house: House, statement: Omit<Statement, 'house'>): string {
  const text = houseStatement({ ...statement, house: house.publicKey })
  return sign(null, Buffer.from(text), house.privateKey).toString('base64url')
}
