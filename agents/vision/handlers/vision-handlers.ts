import { AppError } from '../../../protocol/errors.ts'
import type { ModelKey } from '../../../protocol/models.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import type { JobContext, JobHandlers } from '../../runtime/job-handler.ts'
import type { Findings, ModelPlace, PreviewBytes, VisionWork } from '../session/messages.ts'
import type { VisionHost } from '../session/vision-host.ts'
import type { ModelRates } from './model-rates.ts'
import type { PreviewCache } from './preview-cache.ts'

export type VisionHandlersOptions = {
  host: Pick<VisionHost, 'run'>
  previews: Pick<PreviewCache, 'get'>
  /** @throws AppError `model_missing` or `model_broken` when it cannot be run here */
  requireModel: (key: ModelKey) => ModelPlace
  rates: Pick<ModelRates, 'add'>
}

type PictureWork = Exclude<VisionWork, { type: 'query' }>

/** The jobs of a machine with models: fetch the preview, ask the model, report. */
export function createVisionHandlers(options: VisionHandlersOptions): JobHandlers {
  const { host, requireModel } = options

  /** Fetching goes on while other pictures are with the model: more jobs run at once than it has room for. */
  const look = async <T extends PictureWork['type']>(
    input: { model: ModelKey; file: InputFile },
    context: JobContext,
    isUrgent: boolean,
    work: (preview: PreviewBytes) => Extract<PictureWork, { type: T }>,
  ) => {
    const model = waitForModel(() => requireModel(input.model))
    const startedAt = performance.now()
    const preview = await options.previews.get(input.file, context.ref, context.signal)
    const fetch = performance.now() - startedAt
    context.reportProgress(0, 1)
    const answer = await host
      .run<T>(model, work(preview) as never, isUrgent, context.signal)
      .catch(waitForBetterModel)
    if (answer.problem) context.log.info({ problem: answer.problem }, 'could not look at a picture')
    const { provider, batch } = answer
    const stagesMs = { ...answer.stagesMs, fetch }
    options.rates.add(model.key, { provider, batch, stagesMs })
    return {
      previewHash: preview.hash,
      provider,
      batch,
      stagesMs,
      problem: answer.problem,
      ...(answer.findings as Findings[T]),
    }
  }

  return {
    'asset.detect': (input, context) =>
      look<'detect'>(input, context, false, (preview) => ({ type: 'detect', preview })),
    'asset.segment': (input, context) =>
      look<'segment'>(input, context, false, (preview) => ({ type: 'segment', preview, boxes: input.boxes })),
    'asset.prompt': (input, context) =>
      look<'prompt'>(input, context, true, (preview) => ({ type: 'prompt', preview, prompt: input.prompt })),
    'asset.embed': (input, context) =>
      look<'embed'>(input, context, false, (preview) => ({ type: 'embed', preview })),
    'asset.faces': (input, context) =>
      look<'faces'>(input, context, false, (preview) => ({ type: 'faces', preview })),
    'query.embed': async ({ model, text }, context) => {
      const work = { type: 'query', text } as const
      const place = waitForModel(() => requireModel(model))
      return (await host.run<'query'>(place, work, true, context.signal).catch(waitForBetterModel)).findings
    },
  }
}

function waitForModel(find: () => ModelPlace): ModelPlace {
  try {
    return find()
  } catch (error) {
    return waitForBetterModel(error)
  }
}

/**
 * A broken model is the model's state, not the end of all jobs that were leased for it: they wait until its owner has
 * replaced it, or another machine has it.
 */
function waitForBetterModel(error: unknown): never {
  if (error instanceof AppError && error.code === 'model_broken') {
    throw new AppError('model_missing', error.message, { cause: error })
  }
  throw error
}
