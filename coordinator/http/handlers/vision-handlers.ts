import type { Context } from 'koa'
import { priorities } from '../../../protocol/jobs.ts'
import type { Database } from '../../db/database.ts'
import { type AskDependencies, askOutline } from '../../detections/ask-outline.ts'
import { listDetections } from '../../detections/detection-views.ts'
import { changeDetection, deleteDetection, drawDetection } from '../../detections/edit-detections.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import type { JobEnds } from '../../jobs/job-ends.ts'
import type { JobTypes } from '../../jobs/job-type.ts'
import { chooseModel, runModel } from '../../models/choose-model.ts'
import { listTasks } from '../../models/list-tasks.ts'
import { listClasses } from '../../search/list-classes.ts'
import { listThings } from '../../search/list-things.ts'
import { searchAssets, similarAssets } from '../../search/search-assets.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'listModels'
  | 'chooseModel'
  | 'runModel'
  | 'listThings'
  | 'listDetections'
  | 'drawDetection'
  | 'changeDetection'
  | 'deleteDetection'
  | 'segmentAsset'
  | 'search'
  | 'listSimilar'

type Dependencies = {
  db: Database
  types: JobTypes
  fleet: FleetLink
  ends: JobEnds
  onChange: (what: 'jobs' | 'models') => void
}

/** Models, what they have found, and asking for it. */
export function visionHandlers({ db, types, fleet, ends, onChange }: Dependencies): Pick<Handlers, Names> {
  const queued = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work
    fleet.hintWork()
    onChange('jobs')
    onChange('models')
    return answer
  }
  const asking: AskDependencies = {
    db,
    types,
    ends,
    hintUrgent: (capability) => fleet.hintWork({ capability, priority: priorities.interactive }),
    revoke: (agentId, jobId) =>
      fleet.sendTo(agentId, 'lease.revoked', { jobIds: [jobId], reason: 'Nobody waits for it any more' }),
  }
  return {
    listModels: async () => ({ tasks: await listTasks(db) }),
    chooseModel: async ({ params, body, caller }) => ({
      queued: await queued(chooseModel(db, params.task, body.key, caller.id)),
    }),
    runModel: async ({ params, body }) => ({ queued: await queued(runModel(db, { ...params, ...body })) }),
    listThings: async () => ({ things: await listThings(db), classes: await listClasses(db) }),
    listDetections: async ({ params }) => ({ detections: await listDetections(db, params.id) }),
    drawDetection: ({ params, body, caller }) => queued(drawDetection(db, params.id, body, caller.id)),
    changeDetection: ({ params, body, caller }) => queued(changeDetection(db, params.id, body, caller.id)),
    deleteDetection: async ({ params, caller }) => {
      await queued(deleteDetection(db, params.id, caller.id))
      return {}
    },
    segmentAsset: ({ params, body, caller, context }) =>
      askOutline(asking, params.id, body, { accountId: caller.id, signal: whileThere(context) }),
    search: ({ query, context }) => searchAssets(asking, query, whileThere(context)),
    listSimilar: ({ params, query }) => similarAssets(db, params.id, query),
  }
}

/** Aborts when whoever asked has gone. */
function whileThere({ res }: Context): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  return gone.signal
}
