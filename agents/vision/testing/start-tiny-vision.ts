import { onTestFinished } from 'vitest'
import type { AgentConfig } from '../../../config/agent-config.ts'
import { type TinyModelId, writeTinyModels } from '../../../scripts/fixtures/onnx/tiny-models.ts'
import { RunningVision } from './running-vision.ts'

/** A machine with tiny models, until the test ends. */
export async function startTinyVision(
  ids: readonly TinyModelId[],
  config: Partial<AgentConfig['vision']> = {},
  options: Parameters<typeof RunningVision.start>[2] = {},
): Promise<RunningVision> {
  const running = await RunningVision.start((folder) => writeTinyModels(folder, ids), config, options)
  onTestFinished(() => running[Symbol.asyncDispose]())
  return running
}
