import { z } from 'zod'
import { idParams, numberParam, page, pageParams } from '../asset-query.ts'
import { WriteBackPolicy } from '../edits.ts'
import { LibraryView, ProblemView, ScanView } from '../fleet.ts'
import { AgentId, JobId } from '../ids.ts'
import { SkippedPath } from '../scan.ts'
import type { RouteContract } from './route-contract.ts'

/** Folders of originals, and how far they are known. */
export const libraryRoutes = {
  listLibraries: {
    method: 'get',
    path: '/api/libraries',
    access: 'user',
    summary: 'All libraries',
    answer: z.object({ items: z.array(LibraryView) }),
  },
  createLibrary: {
    method: 'post',
    path: '/api/libraries',
    access: 'admin',
    summary: 'Add a folder of a vault agent as a library and scan it',
    body: z.object({
      name: z.string().trim().min(1).max(64),
      root: z.string().min(1).max(4_096),
      agentId: AgentId,
      ignoreGlobs: z.array(z.string().max(256)).max(100).default([]),
    }),
    answer: LibraryView,
  },
  updateLibrary: {
    method: 'patch',
    path: '/api/libraries/:id',
    access: 'admin',
    summary:
      'Pause or resume all work of a library, and say what may be written to its sidecars; remembered, what is not given stays',
    params: idParams,
    body: z.object({ paused: z.boolean().optional(), writeBack: WriteBackPolicy.partial().optional() }),
    answer: LibraryView,
  },
  scanLibrary: {
    method: 'post',
    path: '/api/libraries/:id/scan',
    access: 'admin',
    summary: 'Scan now; `acceptMissing` confirms a held scan',
    params: idParams,
    body: z.object({ acceptMissing: z.boolean().default(false) }),
    answer: z.object({ jobId: JobId }),
  },
  listScans: {
    method: 'get',
    path: '/api/libraries/:id/scans',
    access: 'user',
    summary: 'Scans of a library, newest first',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(ScanView),
  },
  listSkipped: {
    method: 'get',
    path: '/api/libraries/:id/skipped',
    access: 'user',
    summary: 'What the last scan left out, with the reason',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(SkippedPath),
  },
  listProblems: {
    method: 'get',
    path: '/api/problems',
    access: 'user',
    summary: 'Files that were read and have no whole picture, with the reason',
    query: z.object({ libraryId: numberParam.optional(), ...pageParams }),
    answer: page(ProblemView),
  },
} as const satisfies Record<string, RouteContract>
