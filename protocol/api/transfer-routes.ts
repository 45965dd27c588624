import { z } from 'zod'
import { Nothing, numberParam } from '../asset-query.ts'
import { ContentHash } from '../ids.ts'
import type { RouteContract } from './route-contract.ts'

/** Largest derived file that an agent may send, in bytes. */
export const MAX_DERIVED_BYTES = 16 * 1024 * 1024

/** What agents send and fetch beside their socket. */
export const transferRoutes = {
  findMissingDerived: {
    method: 'post',
    path: '/api/derived/missing',
    access: 'agent',
    summary: 'Which of these derived files the store does not have yet',
    body: z.object({ hashes: z.array(ContentHash).max(100) }),
    answer: z.object({ missing: z.array(ContentHash) }),
  },
  putDerived: {
    method: 'put',
    path: '/api/derived/:hash',
    access: 'agent',
    summary: 'Store one derived file under the SHA-256 of its bytes',
    params: z.object({ hash: ContentHash }),
    answer: Nothing,
  },
  getJobOriginal: {
    method: 'get',
    path: '/api/jobs/:id/files/:fileId/original',
    access: 'agent',
    summary: 'The bytes of a file that a job of this agent is about; ranges supported',
    params: z.object({ id: numberParam, fileId: numberParam }),
    query: z.object({ token: numberParam }),
    answer: 'bytes',
  },
  getJobPreview: {
    method: 'get',
    path: '/api/jobs/:id/files/:fileId/preview',
    access: 'agent',
    summary: 'The preview, or the smaller picture, of a file that a job of this agent is about',
    params: z.object({ id: numberParam, fileId: numberParam }),
    query: z.object({ token: numberParam, size: z.enum(['preview', 'grid']).default('preview') }),
    answer: 'bytes',
  },
  getSample: {
    method: 'get',
    path: '/api/sources/samples/:libraryId',
    access: 'agent',
    summary: 'The file on which agents prove how they read a library',
    params: z.object({ libraryId: numberParam }),
    answer: 'bytes',
  },
  putTransfer: {
    method: 'put',
    path: '/api/transfers/:id',
    access: 'agent',
    summary: 'Bytes of a file that a browser waits for, asked for by `bytes.send`',
    params: z.object({ id: z.string().min(22).max(64) }),
    answer: Nothing,
  },
} as const satisfies Record<string, RouteContract>
