import { AppError, toErrorBody } from '../../../protocol/errors.ts'
import type { ModelKey } from '../../../protocol/models.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import type { JobContext, JobHandlers } from '../../runtime/job-handler.ts'
import type { InputRequest } from '../../sources/read-input.ts'
import type { Findings, ModelPlace, VisionWork } from '../session/messages.ts'
import type { VisionHost } from '../session/vision-host.ts'
import type { ModelRates } from './model-rates.ts'
import { PictureChoice } from './picture-choice.ts'
import type { PreviewCache } from './preview-cache.ts'
import { mayLookAtPreview, wantsOriginal } from './wants-original.ts'

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
  const pictures = new PictureChoice()

  /** Fetching goes on while other pictures are with the model: more jobs run at once than it has room for. */
  const look = async <T extends PictureWork['type']>(
    type: T,
    input: { model: ModelKey; file: InputFile },
    context: JobContext,
    more: { isUrgent?: boolean; asked?: Omit<Extract<PictureWork, { type: T }>, 'type' | 'preview'> } = {},
  ) => {
    const model = waitForModel(() => requireModel(input.model))
    const { file } = input
    let fetch = 0
    const lookAt = async (as: InputRequest['as']) => {
      const startedAt = performance.now()
      const preview = await options.previews.get(file, as, context.ref, context.signal)
      fetch += performance.now() - startedAt
      context.reportProgress(0, 1)
      const work = { type, preview, ...more.asked } as never
      const answer = await host.run<T>(model, work, more.isUrgent ?? false, context.signal)
      pictures.learn(model.key, type, answer.inputSidePx)
      return answer
    }
    const lookAtOriginal = async () => {
      try {
        const answer = await lookAt('original')
        if (answer.problem === null) return answer
        context.log.info({ problem: answer.problem }, 'looks at the preview instead of the original')
      } catch (error) {
        if (!mayLookAtPreview(error, context.signal)) throw error
        context.log.info(
          { reason: toErrorBody(error).message },
          'looks at the preview instead of the original',
        )
      }
      return await lookAt('preview')
    }
    const firstLook = wantsOriginal(model.manifest, type, file)
      ? lookAtOriginal()
      : lookAt(pictures.choose(model.key, type, file))
    let answer = await firstLook.catch(waitForBetterModel)
    if (answer.needsLarger) answer = await lookAt('preview').catch(waitForBetterModel)
    if (answer.problem) context.log.info({ problem: answer.problem }, 'could not look at a picture')
    const { provider, batch } = answer
    const stagesMs = { ...answer.stagesMs, fetch }
    options.rates.add(model.key, { provider, batch, stagesMs })
    return {
      // What was seen belongs to the preview, whichever of its copies was enough.
      previewHash: file.preview!.hash,
      provider,
      batch,
      stagesMs,
      problem: answer.problem,
      ...(answer.findings as Findings[T]),
    }
  }

  return {
    'asset.detect': (input, context) => look('detect', input, context),
    'asset.segment': (input, context) => look('segment', input, context, { asked: { boxes: input.boxes } }),
    'asset.prompt': (input, context) =>
      look('prompt', input, context, { isUrgent: true, asked: { prompt: input.prompt } }),
    'asset.embed': (input, context) => look('embed', input, context),
    'asset.faces': (input, context) => look('faces', input, context),
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
