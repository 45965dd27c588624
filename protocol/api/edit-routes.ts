import { z } from 'zod'
import { AssetListQuery, flagParam, idParams, page, pageParams } from '../asset-query.ts'
import { AssetChange, AssetIds, BulkChange, EditAnswer, EditRequest, EditView } from '../edits.ts'
import type { RouteContract } from './route-contract.ts'

/** A filter as a body: the same words, in the same spelling. */
const AssetFilterBody = AssetListQuery.omit({ sort: true, cursor: true, limit: true }).strict()

/** What people say about assets, and taking it back. */
export const editRoutes = {
  editAsset: {
    method: 'patch',
    path: '/api/assets/:id',
    access: 'user',
    summary:
      'Say what an asset is; a field that is not given stays, null empties it. On the disk when answered',
    params: idParams,
    body: EditRequest,
    answer: EditAnswer,
  },
  editAssets: {
    method: 'post',
    path: '/api/assets/bulk',
    access: 'user',
    summary:
      'The same of up to 10,000 assets at once, one entry in the history; the filter has the words of `GET /api/assets`',
    body: z.union([
      z.strictObject({ assetIds: AssetIds, edit: BulkChange }),
      z.strictObject({ filter: AssetFilterBody, edit: BulkChange }),
    ]),
    answer: EditAnswer,
  },
  getAssetHistory: {
    method: 'get',
    path: '/api/assets/:id/history',
    access: 'user',
    summary: 'Who has changed what of an asset, newest first',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(AssetChange),
  },
  listEdits: {
    method: 'get',
    path: '/api/edits',
    access: 'user',
    summary: 'Edits, newest first; yours, or those of all',
    query: z.object({ mine: flagParam.default(false), ...pageParams }),
    answer: page(EditView),
  },
  undoEdit: {
    method: 'post',
    path: '/api/edits/:id/undo',
    access: 'user',
    summary: 'Take an edit back, or an undo, except where somebody has edited since',
    params: idParams,
    answer: EditAnswer,
  },
} as const satisfies Record<string, RouteContract>
