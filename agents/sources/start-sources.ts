import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { MAX_SAMPLES } from '../../protocol/sources.ts'
import { Cage } from '../cage/cage.ts'
import { openCage } from '../cage/open-cage.ts'
import type { Line } from '../runtime/line/line.ts'
import { createSources, effectiveSources } from './create-sources.ts'
import type { InputReading } from './read-input.ts'
import type { HttpBytes } from './relay-source.ts'
import { SourceBook } from './source-book.ts'
import { SourceProver } from './source-prover.ts'

export type StartSourcesOptions = {
  config: Pick<AgentConfig, 'sources' | 'capabilities'>
  line: Line
  http: HttpBytes
  log: Logger
  intervalMs?: number
  /** A clock that only goes forward, in ms: tests let it run faster. */
  now?: () => number
}

/** Opens an agent's sources and begins to prove them; gives what `readInput` needs. */
export async function startSources(options: StartSourcesOptions, closers: Closers): Promise<InputReading> {
  const { config, line, http, log, intervalMs, now } = options
  const configs = effectiveSources(config.sources, config.capabilities)
  const cage = configs.some(({ kind }) => kind === 'path')
    ? await openCage()
    : Cage.none('nothing is opened here')
  const sources = createSources(configs, { cage, http })
  const book = new SourceBook({ sources, now })
  const prover = new SourceProver({
    book,
    log,
    intervalMs,
    askSamples: async (signal) =>
      (await line.request('sources.samples', { limit: MAX_SAMPLES }, signal)).samples,
    sendReport: async (reports, signal) => {
      await line.request('sources.report', { sources: reports }, signal)
    },
  })
  if (sources.length > 0) {
    line.on('greeted', () => prover.nudge())
    prover.start()
  }
  closers.push(async () => {
    await prover.stop()
    await Promise.all(sources.map((source) => source.stop()))
  })
  return { http, book, prover }
}
