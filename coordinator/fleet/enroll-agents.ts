import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { encodePathName, type PathName } from '../../protocol/path-name.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'

/** Lets in agents whose keys this machine's owner has made by starting them; a revoked one stays out. */
export async function enrollAgents(
  db: Database,
  agents: readonly { name: string; publicKey: string }[],
): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (const { name, publicKey } of agents) {
    const { rows } = await sql<{ id: number }>`
      insert into agent (name, public_key) values (${name}, ${Buffer.from(publicKey, 'base64url')})
      on conflict (public_key) do update set name = agent.name
      returning id`.execute(db)
    ids.set(name, rows[0]!.id)
  }
  return ids
}

/** Makes sure that each folder is a library of its agent; those that exist stay as they are. */
export async function ensureLibraries(
  db: Database,
  agentIds: ReadonlyMap<string, number>,
  libraries: readonly { root: PathName; agent: string }[],
): Promise<void> {
  for (const { root, agent } of libraries) {
    const agentId = agentIds.get(agent)
    if (agentId === undefined)
      throw new AppError('bad_request', `Library ${root} names an agent "${agent}" that is not enrolled`)
    await sql`
      insert into library (name, root, agent_id)
      values (${libraryName(root)}, ${Buffer.from(encodePathName(root))}, ${agentId})
      on conflict (agent_id, root) do nothing`.execute(db)
  }
}

/** Queues a scan of every library. */
export async function scanAll(db: Database): Promise<void> {
  await transact(db, { durable: false }, async (tx) => {
    const libraries = await tx.selectFrom('library').select('id').execute()
    for (const { id } of libraries) await enqueueScan(tx, id, { acceptMissing: false })
  })
}

/** A library's name until somebody gives it another: its folder's. */
export function libraryName(root: PathName): string {
  const segments = root.split(/[/\\]/).filter((segment) => segment !== '')
  return (segments.at(-1) ?? root).toWellFormed().slice(0, 64)
}
