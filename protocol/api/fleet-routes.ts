import { z } from 'zod'
import { AgentSettings } from '../agents.ts'
import { idParams, Nothing } from '../asset-query.ts'
import { AgentView } from '../fleet.ts'
import { AgentId } from '../ids.ts'
import { JoinRequestView, NewPairingCode, PairingCodeView } from '../pairing.ts'
import { PowerDetail, WakePolicyChange } from '../power.ts'
import type { RouteContract } from './route-contract.ts'

/** The machines: letting them in, steering them, waking them. */
export const fleetRoutes = {
  listAgents: {
    method: 'get',
    path: '/api/agents',
    access: 'user',
    summary: 'All agents with their state',
    answer: z.object({ items: z.array(AgentView) }),
  },
  updateAgent: {
    method: 'patch',
    path: '/api/agents/:id',
    access: 'admin',
    summary:
      'An agent’s name, how many jobs of each capability it runs at once, after how long without work it sleeps (never more than its own configuration says), and how it is woken; remembered, what is not given stays',
    params: idParams,
    body: AgentSettings.partial().extend({
      name: z.string().trim().min(1).max(64).optional(),
      wake: WakePolicyChange.optional(),
    }),
    answer: AgentView,
  },
  drainAgent: {
    method: 'post',
    path: '/api/agents/:id/drain',
    access: 'admin',
    summary: 'Let an agent finish and take no more work',
    params: idParams,
    answer: AgentView,
  },
  resumeAgent: {
    method: 'post',
    path: '/api/agents/:id/resume',
    access: 'admin',
    summary: 'Let a drained agent work again',
    params: idParams,
    answer: AgentView,
  },
  revokeAgent: {
    method: 'post',
    path: '/api/agents/:id/revoke',
    access: 'admin',
    summary:
      'Shut an agent out for good: its connection ends, its work goes back to the queue, its key is refused',
    params: idParams,
    answer: Nothing,
  },
  createPairingCode: {
    method: 'post',
    path: '/api/agents/pairing-codes',
    access: 'admin',
    summary: 'Make a code that lets one agent in: one use, ten minutes, five tries',
    body: z.object({
      /** The machine takes this agent’s place, with its name and its libraries; its old key is no longer good. */
      agentId: AgentId.nullable().default(null),
    }),
    answer: NewPairingCode,
  },
  listPairingCodes: {
    method: 'get',
    path: '/api/agents/pairing-codes',
    access: 'admin',
    summary: 'Codes of the last hour, newest first, and what became of them',
    answer: z.object({ items: z.array(PairingCodeView) }),
  },
  deletePairingCode: {
    method: 'delete',
    path: '/api/agents/pairing-codes/:id',
    access: 'admin',
    summary: 'Make a code worthless',
    params: idParams,
    answer: Nothing,
  },
  listJoinRequests: {
    method: 'get',
    path: '/api/agents/join-requests',
    access: 'admin',
    summary: 'Agents that ask to be let in without a code',
    answer: z.object({ items: z.array(JoinRequestView) }),
  },
  approveJoinRequest: {
    method: 'post',
    path: '/api/agents/join-requests/:id/approve',
    access: 'admin',
    summary: 'Let an agent in that has asked, after comparing its fingerprint',
    params: idParams,
    answer: AgentView,
  },
  refuseJoinRequest: {
    method: 'post',
    path: '/api/agents/join-requests/:id/refuse',
    access: 'admin',
    summary: 'Refuse an agent that has asked; it may not ask again for a day',
    params: idParams,
    answer: Nothing,
  },
  getAgentPower: {
    method: 'get',
    path: '/api/agents/:id/power',
    access: 'admin',
    summary: 'How an agent is woken, what came of it so far, and what helps when it does not wake',
    params: idParams,
    answer: PowerDetail,
  },
  wakeAgent: {
    method: 'post',
    path: '/api/agents/:id/wake',
    access: 'admin',
    summary:
      'Call a machine that is not connected, whatever its policy says; `test` only names it in the history',
    params: idParams,
    body: z.object({ test: z.boolean().default(false) }),
    answer: AgentView,
  },
  sleepAgent: {
    method: 'post',
    path: '/api/agents/:id/sleep',
    access: 'admin',
    summary:
      'Let a machine go to sleep when its running jobs are done, by the command of its own configuration',
    params: idParams,
    answer: AgentView,
  },
} as const satisfies Record<string, RouteContract>
