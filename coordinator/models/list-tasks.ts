import { sql } from 'kysely'
import type { ModelView, TaskView } from '../../protocol/detections.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { type ModelCard, type VisionReport, VisionTask } from '../../protocol/models.ts'
import type { Queryable } from '../db/database.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { readJobSummary } from '../fleet/job-summary.ts'
import { lookKinds } from './look-kinds.ts'
import { readCoverage } from './task-coverage.ts'
import { taskWaitsFor } from './task-waits-for.ts'

/** Every task with the models that there are for it, and how far the one in use has come. */
export async function listTasks(db: Queryable): Promise<TaskView[]> {
  const agents = await listAgents(db)
  const models = await readModels(db, agents)
  const inUse = await readInUse(db)
  const coverage = await readCoverage(db)
  const kinds = new Map((await readJobSummary(db, agents)).map((summary) => [summary.kind, summary]))
  return VisionTask.options.map((task) => {
    const { total, done, problems, open, dead } = coverage.get(task)!
    const ofTask = models.filter((model) => model.task === task)
    const key = inUse.get(task) ?? null
    const { perSecond, waitsFor } = kinds.get(lookKinds[task])!
    const left = Math.max(open, total - done - dead)
    return {
      task,
      inUse: key,
      models: ofTask,
      total,
      done,
      problems,
      open,
      etaSeconds: key === null ? null : left === 0 ? 0 : perSecond > 0 ? Math.ceil(left / perSecond) : null,
      waitsFor: taskWaitsFor(
        {
          task,
          model: ofTask.find((model) => model.key === key) ?? null,
          isUnwanted: inUse.get(task) === null,
        },
        { open, waitsFor },
      ),
    }
  })
}

/** Keys by task; null where a person wants none, and no entry where nobody has said anything. */
async function readInUse(db: Queryable): Promise<Map<VisionTask, string | null>> {
  const rows = await db
    .selectFrom('task_model')
    .leftJoin('model', 'model.id', 'task_model.model_id')
    .select(['task_model.task', 'model.key'])
    .execute()
  return new Map(rows.map(({ task, key }) => [task, key]))
}

/** Models that some machine has now, and those in use though none has them any more. */
async function readModels(db: Queryable, agents: readonly AgentView[]): Promise<ModelView[]> {
  const reports = await db
    .selectFrom('agent_vision')
    .innerJoin('agent', 'agent.id', 'agent_vision.agent_id')
    .select(['agent.id', 'agent.name', 'agent_vision.report'])
    .where('agent.revoked_at', 'is', null)
    .orderBy(sql`lower(agent.name)`)
    .execute()
  const online = new Set(agents.filter(({ state }) => state === 'online').map(({ id }) => id))
  const machines = new Map<string, ModelView['machines']>()
  for (const { id, name, report } of reports) {
    for (const model of (report as VisionReport).models) {
      const known = machines.get(model.key) ?? []
      machines.set(model.key, known)
      known.push({
        agent: name,
        online: online.has(id),
        state: model.state,
        reason: model.reason,
        provider: model.running?.provider ?? null,
        batch: model.running?.batch ?? null,
        picturesPerSecond: model.running?.picturesPerSecond ?? null,
        stagesMs: model.running?.stagesMs ?? null,
      })
    }
  }
  const { rows: cards } = await sql<{ card: Omit<ModelCard, 'classes'> }>`
    select card - 'classes' as card from model where key = any(${[...machines.keys()]}::text[])
      or id in (select model_id from task_model) order by card->>'name', id`.execute(db)
  return cards.map(({ card }) => ({ ...card, machines: machines.get(card.key) ?? [] }))
}
