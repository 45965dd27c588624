import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { z } from 'zod'
import { runProcess } from '../../../config/run-process.ts'
import { connectAgent } from '../connect-agent.ts'
import { createKey, testKind } from './test-agent.ts'

/** A real agent whose jobs do as their input says. */
const Options = z.object({
  url: z.string(),
  concurrency: z.number(),
  stallLimitMs: z.number().optional(),
  finishLimitMs: z.number().optional(),
})
export type AgentProcessOptions = z.infer<typeof Options>

/** `block` computes without a pause, `wait` sleeps and takes no notice of its end, `obey` ends when it is told. */
const Input = z.object({ does: z.enum(['block', 'wait', 'obey']), ms: z.number() })
export type AgentProcessInput = z.infer<typeof Input>

const options = Options.parse(JSON.parse(process.argv[2] ?? ''))
const log = pino({ name: 'agent test' })

const [kind, handler] = testKind(
  async (input, context) => {
    const { does, ms } = Input.parse(input)
    context.log.info('begun')
    if (does === 'block') {
      const endAt = performance.now() + ms
      while (performance.now() < endAt);
    } else {
      await sleep(ms, undefined, does === 'obey' ? { signal: context.signal } : {})
    }
    return { did: does }
  },
  { input: Input },
)

await runProcess(log, async (closers) => {
  const { url, concurrency, stallLimitMs, finishLimitMs } = options
  connectAgent(
    {
      config: {
        name: 'test',
        coordinatorUrls: [url],
        capabilities: [{ capability: 'ingest', concurrency }],
        roots: [],
        stallLimitMs,
      },
      key: createKey(),
      handlers: new Map([[kind, handler]]),
      log,
      finishLimitMs,
    },
    closers,
  )
})
