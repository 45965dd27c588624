import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { JobContext } from '../../../agents/runtime/job-handler.ts'
import { type InputReading, readInput } from '../../../agents/sources/read-input.ts'
import type { JobType } from '../../../coordinator/jobs/job-type.ts'
import { inputFiles } from '../../../coordinator/sources/input-files.ts'
import { ContentHash } from '../../../protocol/ids.ts'
import { type JobContract, jobContracts, priorities } from '../../../protocol/jobs.ts'
import { InputFile } from '../../../protocol/sources.ts'

/** Work of the tests' own that reads originals, as the models for video will. */
export const READ_KIND = 'test.read'

const ReadResult = z.object({ original: ContentHash, preview: ContentHash.nullable() })

export const readContract: JobContract = {
  ...jobContracts['file.ingest'],
  capability: 'detect',
  priority: priorities.vision,
  runsOn: 'any',
  needs: 'original',
  input: InputFile,
  result: ReadResult,
}

/** The coordinator's side: each job is about one file, and its result goes to the table `read_result`. */
export const readType: JobType = {
  contract: readContract,
  inputFiles: async (_db, job) => [job.subjectId],
  buildInputs: async (db, jobs) => {
    const files = await inputFiles(
      db,
      jobs.map(({ subjectId }) => subjectId),
    )
    return new Map(
      jobs.flatMap(({ id, subjectId }) => (files.has(subjectId) ? [[id, files.get(subjectId)]] : [])),
    )
  },
  apply: async (tx, job, result) => {
    const { original, preview } = ReadResult.parse(result)
    await sql`insert into read_result values (${job.subjectId}, ${original}, ${preview})`.execute(tx)
  },
}

/** The agent's side: hashes what it reads. */
export async function runRead(
  reading: InputReading,
  input: unknown,
  { ref, signal }: JobContext,
): Promise<z.infer<typeof ReadResult>> {
  const file = InputFile.parse(input)
  const hashOf = async (as: 'original' | 'preview') => {
    const hash = createHash('sha256')
    for await (const chunk of readInput(reading, { file, as, job: ref, signal })) hash.update(chunk)
    return hash.digest('hex')
  }
  return { original: await hashOf('original'), preview: file.preview && (await hashOf('preview')) }
}
