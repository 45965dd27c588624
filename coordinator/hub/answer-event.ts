import type { Logger } from 'pino'
import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { Reply } from '../../protocol/agents.ts'
import { AppError, toErrorBody } from '../../protocol/errors.ts'

export type AnswerEventOptions<M extends z.ZodType> = {
  event: string
  schema: M
  log: Logger
  /** Looks at what was sent before its shape is. */
  check?: (raw: unknown) => void
}

/** Parses an event at the border and answers with its value or an error, never with silence. */
export function answerEvent<M extends z.ZodType>(
  socket: Socket,
  { event, schema, log, check }: AnswerEventOptions<M>,
  handle: (message: z.output<M>) => Promise<unknown>,
): void {
  socket.on(event, async (...sent: unknown[]) => {
    const acknowledge = sent.find((part) => typeof part === 'function')
    const reply = (answer: Reply) => acknowledge?.(answer)
    try {
      check?.(sent[0])
      reply({ ok: true, value: await handle(parseMessage(event, schema, sent[0])) })
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ err: error, event }, 'agent message failed')
      reply({ ok: false, error: toErrorBody(error) })
    }
  })
}

function parseMessage<M extends z.ZodType>(event: string, schema: M, raw: unknown): z.output<M> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'bad_request',
    `The message "${event}" does not have the agreed shape: ${issue?.path.join('.')} ${issue?.message}`,
  )
}
