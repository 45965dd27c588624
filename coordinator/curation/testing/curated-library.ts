import { createHash } from 'node:crypto'
import type { BulkEdit } from '../../../protocol/curation.ts'
import type { EditAnswer, WriteBackPolicy } from '../../../protocol/edits.ts'
import type { Tags } from '../../../protocol/ingest.ts'
import type { Lease } from '../../../protocol/leases.ts'
import type { SidecarVersion, SidecarWriteInput } from '../../../protocol/sidecar-write.ts'
import type { Database } from '../../db/database.ts'
import { transact } from '../../db/transact.ts'
import { VaultActor } from '../../testing/vault-actor.ts'
import { editAssets } from '../edit-assets.ts'
import { setPolicy } from '../set-policy.ts'

/** A vault whose pictures somebody edits, for tests of what becomes of that. */
export type CuratedLibrary = {
  db: Database
  vault: VaultActor
  accountId: number
  /** The asset with that file. */
  assetOf(fileName: string): Promise<number>
  edit(assetIds: number | number[], edit: BulkEdit): Promise<EditAnswer>
  allow(policy?: Partial<WriteBackPolicy>): Promise<void>
  /** What is asked to be written now; undefined: nothing. */
  leaseWrite(): Promise<(Omit<Lease, 'input'> & { input: SidecarWriteInput }) | undefined>
}

const mtimeUs = 1_800_000_000_000_000

export async function curatedLibrary(db: Database): Promise<CuratedLibrary> {
  const vault = await VaultActor.create(db)
  const { id: accountId } = await db
    .insertInto('account')
    .values({ name: 'Ada', password_hash: 'none', role: 'user' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return {
    db,
    vault,
    accountId,
    assetOf: async (fileName) => {
      const { asset_id } = await db
        .selectFrom('asset_file')
        .select('asset_id')
        .where('name', '=', Buffer.from(fileName))
        .executeTakeFirstOrThrow()
      return asset_id!
    },
    edit: (assetIds, edit) => editAssets(db, { assetIds: [assetIds].flat() }, edit, { accountId }),
    allow: (policy = {}) =>
      transact(db, { durable: true }, (tx) =>
        setPolicy(tx, vault.libraryId, { mode: 'sidecar', quietMs: 0, ...policy }),
      ),
    leaseWrite: async () => {
      const [lease] = await vault.lease('sidecar', 1)
      return lease && { ...lease, input: lease.input as SidecarWriteInput }
    },
  }
}

/** A sidecar as the vault's agent reads it back. */
export function sidecarVersion(content: string): SidecarVersion {
  return {
    contentHash: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
    mtimeUs,
  }
}

export function written(revision: number, content: string, tags: Tags = {}) {
  return {
    outcome: 'written' as const,
    revision,
    sidecar: sidecarVersion(content),
    tags,
    keptBefore: null as string | null,
  }
}
