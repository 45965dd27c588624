import { type TinyModelId, writeTinyModels } from '../../../scripts/fixtures/onnx/tiny-models.ts'
import { TestModels } from './test-models.ts'

/** Models that the project makes itself, as a person would have put them into the models folder. */
export async function tinyModels(...ids: TinyModelId[]): Promise<TestModels> {
  return TestModels.make((folder) => writeTinyModels(folder, ids))
}
