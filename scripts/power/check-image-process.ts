import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { extensions, openEngine } from '../../coordinator/db/embedded/open-engine.ts'
import { checkEdits } from './check-edits.ts'
import { checkWorkload } from './check-workload.ts'
import type { DatabaseProgram } from './recorded-database.ts'

export type CheckRequest = {
  program: DatabaseProgram
  folder: string
  acknowledged: [client: number, last: number][]
}
/** What is wrong with the image, in words. */
export type CheckAnswer = { wrong: string[] }

/** A process that opens crash images one after another as the database does, and looks for damage. */
process.on('message', async (request: CheckRequest) => {
  const answer: CheckAnswer = { wrong: [] }
  try {
    answer.wrong = await checkImage(request)
  } catch (error) {
    answer.wrong.push(`does not open or answer: ${error instanceof Error ? error.message : String(error)}`)
  }
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())

async function checkImage({ program, folder, acknowledged }: CheckRequest): Promise<string[]> {
  const engine =
    program === 'embedded'
      ? await openEngine(folder)
      : await PGlite.create({ dataDir: join(folder, 'pgdata'), extensions })
  const query = async (sql: string) => (await engine.query<Record<string, unknown>>(sql)).rows
  const acked = new Map(acknowledged)
  const wrong = [...(await checkWorkload(query, acked)), ...(await checkEdits(query, acked))]
  await engine.exec(`
    create table still_writes as select generate_series(1, 1000) as n;
    checkpoint;
    drop table still_writes`)
  await engine.close()
  return wrong
}
