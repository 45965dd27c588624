import type { Logger } from 'pino'
import { z } from 'zod'
import { send } from '../../config/run-process.ts'
import type { Database } from '../db/database.ts'
import { DatabaseAwayError } from '../db/database-error.ts'
import { workReport, workStatus } from './work-status.ts'

const STATUS_INTERVAL_MS = 1_000

const SupervisorMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status') }),
  z.object({ type: z.literal('report') }),
  z.object({ type: z.literal('webFolder'), folder: z.string() }),
])

/** Tells the process that has started us how the work goes. Returns what ends it. */
export function answerSupervisor(options: {
  db: Database
  log: Logger
  setWebFolder: (folder: string) => void
}): () => void {
  if (!process.connected) return () => {}
  const { db, log, setWebFolder } = options

  const sendStatus = async () => send({ type: 'status', status: await workStatus(db) })
  const answer = async (raw: unknown) => {
    const message = SupervisorMessage.parse(raw)
    if (message.type === 'webFolder') setWebFolder(message.folder)
    else if (message.type === 'status') await sendStatus()
    else send({ type: 'report', report: await workReport(db) })
  }
  const onMessage = (raw: unknown) => {
    answer(raw).catch((error) => log.warn({ err: error }, 'could not answer the supervisor'))
  }
  process.on('message', onMessage)

  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    sendStatus()
      .catch((error) => {
        if (!(error instanceof DatabaseAwayError)) log.warn({ err: error }, 'could not count the work')
      })
      .finally(() => {
        busy = false
      })
  }, STATUS_INTERVAL_MS)
  return () => {
    clearInterval(timer)
    process.off('message', onMessage)
  }
}
