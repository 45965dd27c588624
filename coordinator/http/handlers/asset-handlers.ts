import { AppError } from '../../../protocol/errors.ts'
import type { Database } from '../../db/database.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import { enqueueIngest } from '../../intake/enqueue-ingest.ts'
import { requireAssetDetail } from '../../search/asset-detail.ts'
import { listAssets } from '../../search/list-assets.ts'
import { readTimeline } from '../../search/timeline.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'listAssets'
  | 'listImages'
  | 'listVideos'
  | 'getAsset'
  | 'reingestAsset'
  | 'getTimeline'
  | 'getTimelineBucket'

type Dependencies = { db: Database; fleet: FleetLink; onChange: (what: 'jobs') => void }

export function assetHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, fleet, onChange } = dependencies
  return {
    listAssets: ({ query }) => listAssets(db, query),
    listImages: ({ query }) => listAssets(db, { ...query, kind: 'image' }),
    listVideos: ({ query }) => listAssets(db, { ...query, kind: 'video' }),
    getAsset: ({ params }) => requireAssetDetail(db, params.id, Date.now()),
    reingestAsset: async ({ params }) => {
      const files = await db
        .selectFrom('asset')
        .leftJoin('asset_file', 'asset_file.asset_id', 'asset.id')
        .select('asset_file.id')
        .where('asset.id', '=', params.id)
        .execute()
      if (files.length === 0) throw new AppError('not_found', `There is no asset ${params.id}`)
      const jobs = await enqueueIngest(
        db,
        files.flatMap(({ id }) => (id === null ? [] : [id])),
      )
      fleet.hintWork()
      onChange('jobs')
      return { jobs }
    },
    getTimeline: ({ query }) => readTimeline(db, query),
    getTimelineBucket: ({ params, query }) =>
      listAssets(db, { ...query, bucket: params.bucket, sort: 'newest' }),
  }
}
