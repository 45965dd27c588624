import { z } from 'zod'
import { AssetListQuery, flagParam, idParams, Nothing, numberParam, page } from '../asset-query.ts'
import { AssetDetail, AssetTile, TimelineBucket } from '../assets.ts'
import { AssetFileId } from '../ids.ts'
import { AssetKind } from '../media.ts'
import type { RouteContract } from './route-contract.ts'

/** Pictures and videos as people look at them. */
export const assetRoutes = {
  listAssets: {
    method: 'get',
    path: '/api/assets',
    access: 'user',
    summary: 'Assets by capture time, with filters',
    query: AssetListQuery,
    answer: page(AssetTile),
  },
  listImages: {
    method: 'get',
    path: '/api/images',
    access: 'user',
    summary: 'The same list, images only',
    query: AssetListQuery.omit({ kind: true }),
    answer: page(AssetTile),
  },
  listVideos: {
    method: 'get',
    path: '/api/videos',
    access: 'user',
    summary: 'The same list, videos only',
    query: AssetListQuery.omit({ kind: true }),
    answer: page(AssetTile),
  },
  getAsset: {
    method: 'get',
    path: '/api/assets/:id',
    access: 'user',
    summary: 'One asset: all files with their roles, metadata with sources',
    params: idParams,
    answer: AssetDetail,
  },
  setCover: {
    method: 'put',
    path: '/api/assets/:id/cover',
    access: 'user',
    summary: 'Show an asset by this file of it, also after the next scan; null: by the rule',
    params: idParams,
    body: z.strictObject({ fileId: AssetFileId.nullable() }),
    answer: Nothing,
  },
  getThumbnail: {
    method: 'get',
    path: '/api/assets/:id/thumbnail',
    access: 'user',
    summary: 'Grid picture, upright WebP',
    params: idParams,
    query: z.object({ size: z.enum(['tiny', 'grid']).default('grid'), v: z.string().max(64).optional() }),
    answer: 'bytes',
  },
  getPreview: {
    method: 'get',
    path: '/api/assets/:id/preview',
    access: 'user',
    summary: 'Upright JPEG of at most 1440 px',
    params: idParams,
    query: z.object({ v: z.string().max(64).optional() }),
    answer: 'bytes',
  },
  getOriginal: {
    method: 'get',
    path: '/api/assets/:id/original',
    access: 'user',
    summary: 'The bytes of a file of the asset, as they are on the disk; ranges supported',
    params: idParams,
    query: z.object({ fileId: numberParam.optional(), download: flagParam.optional() }),
    answer: 'bytes',
  },
  reingestAsset: {
    method: 'post',
    path: '/api/assets/:id/ingest',
    access: 'admin',
    summary: 'Read the files of an asset again',
    params: idParams,
    answer: z.object({ jobs: z.int() }),
  },

  getTimeline: {
    method: 'get',
    path: '/api/timeline',
    access: 'user',
    summary: 'Months, newest first, with counts; `undated` last',
    query: z.object({ kind: AssetKind.optional(), libraryId: numberParam.optional() }),
    answer: z.object({ buckets: z.array(TimelineBucket), revision: z.int() }),
  },
  getTimelineBucket: {
    method: 'get',
    path: '/api/timeline/:bucket',
    access: 'user',
    summary: 'The assets of one month, newest first',
    params: z.object({ bucket: z.string().regex(/^(\d{4}-\d{2}|undated)$/) }),
    query: z.object({
      kind: AssetKind.optional(),
      libraryId: numberParam.optional(),
      cursor: z.string().max(512).optional(),
      limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
    }),
    answer: page(AssetTile),
  },
} as const satisfies Record<string, RouteContract>
