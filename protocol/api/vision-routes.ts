import { z } from 'zod'
import { AssetListQuery, idParams, Nothing, pageParams } from '../asset-query.ts'
import { AssetTile } from '../assets.ts'
import { DetectionChange, DetectionView, NewDetection, SegmentAnswer, TaskView } from '../detections.ts'
import { LibraryId } from '../ids.ts'
import { ModelKey, VisionTask } from '../models.ts'
import { Prompt } from '../vision.ts'
import type { RouteContract } from './route-contract.ts'

/** A tile with how near it is to what was asked: 1 is the same, 0 has nothing to do with it. */
export const ScoredTile = AssetTile.extend({ score: z.number().min(-1).max(1) }).meta({ id: 'ScoredTile' })
export type ScoredTile = z.infer<typeof ScoredTile>

/** The filters of `GET /api/assets`; the order is the nearness. */
const filters = AssetListQuery.omit({ text: true, sort: true, cursor: true, limit: true }).shape
const taskParams = z.object({ task: VisionTask })

export const SearchQuery = z.object({ q: z.string().trim().min(1).max(512), ...filters, ...pageParams })
export type SearchQuery = z.infer<typeof SearchQuery>
export const SimilarQuery = z.object({ ...filters, ...pageParams })
export type SimilarQuery = z.infer<typeof SimilarQuery>

/** The model in use has not looked at every picture yet, so that some cannot be found, or another answers meanwhile. */
export const SearchProgress = z
  .object({
    /** The name of the model in use. */
    model: z.string(),
    /** Pictures that it has looked at, of so many. */
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
    /** The name of the model before it, which has answered, about the pictures that it knew; null: it has not. */
    former: z.string().nullable(),
  })
  .meta({ id: 'SearchProgress' })
export type SearchProgress = z.infer<typeof SearchProgress>

/** What models see in pictures: which are in use, what they have found, and asking for it. */
export const visionRoutes = {
  listModels: {
    method: 'get',
    path: '/api/models',
    access: 'user',
    summary: 'What models do here: which is in use for each task, on which machines, and how far it has come',
    answer: z.object({ tasks: z.array(TaskView) }),
  },
  chooseModel: {
    method: 'put',
    path: '/api/models/:task',
    access: 'admin',
    summary: 'Use this model for a task, null: none; what is known from another stays until it is replaced',
    params: taskParams,
    body: z.strictObject({ key: ModelKey.nullable() }),
    /** Assets that it has not looked at yet. */
    answer: z.object({ queued: z.int().nonnegative() }),
  },
  runModel: {
    method: 'post',
    path: '/api/models/:task/run',
    access: 'admin',
    summary: 'Look at pictures with the model in use: those it has not seen, or all of them again',
    params: taskParams,
    body: z.strictObject({ which: z.enum(['missing', 'all']), libraryId: LibraryId.optional() }),
    /** Assets that will be looked at. They are queued in the background, newest first. */
    answer: z.object({ queued: z.int().nonnegative() }),
  },

  listThings: {
    method: 'get',
    path: '/api/things',
    access: 'user',
    summary: 'What things in pictures are called here; each is a `thing` of the lists of assets',
    answer: z.object({
      things: z.array(z.string()),
      /** What the detector in use would call things, also those of which it has found none: words to label with. */
      classes: z.array(z.string()),
    }),
  },
  listDetections: {
    method: 'get',
    path: '/api/assets/:id/detections',
    access: 'user',
    summary: 'Things and faces in an asset, best first; rejected ones too',
    params: idParams,
    answer: z.object({ detections: z.array(DetectionView) }),
  },
  drawDetection: {
    method: 'post',
    path: '/api/assets/:id/detections',
    access: 'user',
    summary: 'Mark something in an asset',
    params: idParams,
    body: NewDetection,
    answer: DetectionView,
  },
  changeDetection: {
    method: 'patch',
    path: '/api/detections/:id',
    access: 'user',
    summary: 'Confirm, reject, rename or move what was found; a name or a place confirms it',
    params: idParams,
    body: DetectionChange,
    answer: DetectionView,
  },
  deleteDetection: {
    method: 'delete',
    path: '/api/detections/:id',
    access: 'user',
    summary: 'Take away what a person has drawn; what a model has found is rejected instead',
    params: idParams,
    answer: Nothing,
  },
  segmentAsset: {
    method: 'post',
    path: '/api/assets/:id/segment',
    access: 'user',
    summary: 'The outline of what is pointed at, within seconds',
    params: idParams,
    body: Prompt,
    answer: SegmentAnswer,
  },

  search: {
    method: 'get',
    path: '/api/search',
    access: 'user',
    summary: 'Assets by what is to be seen in them, nearest first; with the filters of `GET /api/assets`',
    query: SearchQuery,
    answer: z.object({
      items: z.array(ScoredTile),
      nextCursor: z.string().nullable(),
      /** The model that has answered. */
      model: ModelKey,
      /** Null as soon as the model in use has looked at nearly everything. */
      progress: SearchProgress.nullable(),
      /** Words that the model knows and that come near, where it does not know those asked for. */
      suggestions: z.array(z.string()),
    }),
  },
  listSimilar: {
    method: 'get',
    path: '/api/assets/:id/similar',
    access: 'user',
    summary: 'Assets that look like this one, nearest first',
    params: idParams,
    query: SimilarQuery,
    answer: z.object({
      items: z.array(ScoredTile),
      nextCursor: z.string().nullable(),
      model: ModelKey,
      progress: SearchProgress.nullable(),
    }),
  },
} as const satisfies Record<string, RouteContract>
