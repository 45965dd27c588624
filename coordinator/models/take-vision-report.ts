import { sql } from 'kysely'
import type { ModelCard, VisionReport } from '../../protocol/models.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { storableJson } from '../intake/storable-json.ts'
import { startSweep } from './start-sweep.ts'

/**
 * Stores what an agent knows of its models, in the place of what it said before. The first ready model of a task is
 * taken into use by itself, as long as nobody has said anything about that task.
 *
 * @returns keys of the models that the agent can run, and whether that, or what is in use, is new
 */
export async function takeVisionReport(
  db: Database,
  agentId: number,
  report: VisionReport,
): Promise<{ ready: string[]; isChanged: boolean }> {
  const ready = report.models.filter(({ state }) => state === 'ready').map(({ key }) => key)
  return await transact(db, { durable: false }, async (tx) => {
    const agent = await tx
      .selectFrom('agent')
      .select('models')
      .where('id', '=', agentId)
      .forUpdate()
      .executeTakeFirst()
    if (!agent) return { ready, isChanged: false }
    await storeCards(
      tx,
      report.models.map(({ state: _state, reason: _reason, running: _running, ...card }) => card),
    )
    await sql`
      insert into agent_vision (agent_id, report) values (${agentId}, ${storableJson(report)})
      on conflict (agent_id) do update set report = excluded.report, reported_at = now()`.execute(tx)
    const isSame = agent.models.length === ready.length && ready.every((key) => agent.models.includes(key))
    if (!isSame)
      await tx
        .updateTable('agent')
        .set({ models: JSON.stringify(ready) })
        .where('id', '=', agentId)
        .execute()
    // Also when the agent's hello has named them already.
    const taken = await useFirstModels(tx, ready)
    return { ready, isChanged: !isSame || taken > 0 }
  })
}

/**
 * In the order of their keys, so that agents that report the same models do not cross. What an agent of an older
 * version does not say of a model stays as another one has said it.
 */
async function storeCards(tx: DatabaseTransaction, cards: readonly ModelCard[]): Promise<void> {
  const given = JSON.stringify(cards.map((card) => ({ key: card.key, task: card.task, card })))
  await sql`
    insert into model (key, task, card)
    select distinct on (key) key, task, card from jsonb_to_recordset(${storableJson(JSON.parse(given))}::jsonb)
      as given (key text, task text, card jsonb) order by key
    on conflict (key) do update set card = model.card || excluded.card, seen_at = now()
      where model.card || excluded.card <> model.card or model.seen_at < now() - interval '1 hour'`.execute(
    tx,
  )
}

/** In the order in which the agent names them. */
async function useFirstModels(tx: DatabaseTransaction, ready: readonly string[]): Promise<number> {
  const { rows } = await sql<{ task: 'detect' | 'segment' | 'embed' | 'faces' }>`
    insert into task_model (task, model_id)
    select distinct on (task) task, id from model where key = any(${[...ready]}::text[])
    order by task, array_position(${[...ready]}::text[], key)
    on conflict (task) do nothing
    returning task`.execute(tx)
  for (const { task } of rows) await startSweep(tx, { task, which: 'missing' })
  return rows.length
}
