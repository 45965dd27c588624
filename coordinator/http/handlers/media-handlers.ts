import type { Context } from 'koa'
import { MAX_DERIVED_BYTES } from '../../../protocol/api/transfer-routes.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { DerivedKind } from '../../../protocol/media.ts'
import type { Database } from '../../db/database.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import type { DerivedStore } from '../../media/derived-store.ts'
import { findDerived } from '../../media/find-derived.ts'
import { requireOriginal } from '../../media/find-original.ts'
import { refuseLostDerived } from '../../media/refuse-lost-derived.ts'
import { isRelayed, relayTransfer } from '../../media/relay-transfer.ts'
import { homeOfTransfer } from '../../media/transfer-id.ts'
import type { Transfers } from '../../media/transfers.ts'
import type { Handlers } from '../handler.ts'
import { sendDerived } from '../send-derived.ts'
import { sendOriginal } from '../send-original.ts'

type Names =
  | 'getThumbnail'
  | 'getPreview'
  | 'getOriginal'
  | 'findMissingDerived'
  | 'putDerived'
  | 'putTransfer'

type Dependencies = {
  db: Database
  fleet: FleetLink
  derivedStore: DerivedStore
  transfers: Transfers
  sharedCertificate: string | null
}

export function mediaHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, derivedStore, transfers, sharedCertificate } = dependencies

  const sendPicture = async (context: Context, assetId: number, kind: DerivedKind, version?: string) => {
    const picture = await findDerived(db, assetId, kind)
    if (!picture) throw new AppError('not_found', `Asset ${assetId} has no picture, or not yet`)
    const isSent = await sendDerived(context, derivedStore, picture, version === picture.version)
    if (!isSent) {
      dependencies.fleet.hintWork()
      await refuseLostDerived(db, picture.fileId)
    }
    return undefined
  }

  return {
    getThumbnail: ({ params, query, context }) => sendPicture(context, params.id, query.size, query.v),
    getPreview: ({ params, query, context }) => sendPicture(context, params.id, 'preview', query.v),
    getOriginal: async ({ params, query, context }) => {
      const original = await requireOriginal(db, params.id, query.fileId)
      await sendOriginal(context, transfers, original, query.download ?? false)
      return undefined
    },
    findMissingDerived: async ({ body }) => ({ missing: await derivedStore.missing(body.hashes) }),
    putDerived: async ({ params, context }) => {
      if ((context.request.length ?? 0) > MAX_DERIVED_BYTES) {
        throw new AppError('too_large', `A derived file has at most ${MAX_DERIVED_BYTES} bytes`)
      }
      await derivedStore.put(params.hash, context.req)
      return {}
    },
    putTransfer: async ({ params, caller, context }) => {
      const home = homeOfTransfer(params.id)
      if (home !== undefined && home !== transfers.coordinatorId && !isRelayed(context.headers)) {
        await relayTransfer(db, home, params.id, context.req, sharedCertificate)
        return {}
      }
      await transfers.receive(params.id, caller.agentId, context.req, {
        contentLength: context.request.length,
        contentType: context.headers['content-type'],
      })
      return {}
    },
  }
}
