import { z } from 'zod'
import { DatabaseView } from '../database.ts'
import type { RouteContract } from './route-contract.ts'

/** The coordinator itself. */
export const serviceRoutes = {
  getHealth: {
    method: 'get',
    path: '/api/health',
    access: 'public',
    summary: 'The process is alive',
    answer: z.object({ status: z.literal('ok'), version: z.string() }),
  },
  getReady: {
    method: 'get',
    path: '/api/ready',
    access: 'public',
    summary: 'The database answers and requests can be served',
    answer: z.object({ status: z.literal('ready') }),
  },
  getMetrics: {
    method: 'get',
    path: '/api/metrics',
    access: 'admin',
    summary: 'Prometheus metrics',
    answer: 'text',
  },
  getDatabase: {
    method: 'get',
    path: '/api/database',
    access: 'user',
    summary: 'How the database is; administrators also get what is known about it and what to do',
    answer: DatabaseView,
  },
  getOpenApi: {
    method: 'get',
    path: '/api/openapi.json',
    access: 'user',
    summary: 'This API as OpenAPI 3.1',
    answer: z.unknown(),
  },
} as const satisfies Record<string, RouteContract>
