import { sql } from 'kysely'
import { pino } from 'pino'
import { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { runProcess } from '../../../config/run-process.ts'
import { startCoordinator } from '../../../coordinator/coordinator.ts'
import { createJobTypes } from '../../../coordinator/job-types.ts'
import type { JobType } from '../../../coordinator/jobs/job-type.ts'
import { PROBE_KIND, type ProbeInput, ProbePayload, type ProbeResult, probeContract } from './probe-work.ts'

/** The real coordinator, with one more kind of work: its results go to the table `fault_result`. */
const config = loadConfig(CoordinatorConfig)
const log = pino({ name: 'coordinator', level: config.logLevel })

const probeType: JobType = {
  contract: probeContract,
  buildInputs: async (db, jobs) => {
    const { rows } = await sql<{ id: number; payload: unknown }>`
      select id, payload from job where id = any(${jobs.map((job) => job.id)}::bigint[])`.execute(db)
    const payloads = new Map(rows.map(({ id, payload }) => [id, ProbePayload.parse(payload)]))
    return new Map(
      jobs.map((job): [number, ProbeInput] => [
        job.id,
        { ...payloads.get(job.id)!, jobId: job.id, token: job.fencingToken },
      ]),
    )
  },
  apply: async (tx, job, result) => {
    const { token, derivedHash, runBy } = result as ProbeResult
    await sql`insert into fault_result (xid, job_id, accepted_token, result_token, derived_hash, run_by)
      values (pg_current_xact_id()::text, ${job.id}, ${job.fencingToken}, ${token}, ${derivedHash}, ${runBy})`.execute(
      tx,
    )
  },
}

await runProcess(log, (closers) =>
  startCoordinator(config, log, closers, { types: new Map([...createJobTypes(), [PROBE_KIND, probeType]]) }),
)
