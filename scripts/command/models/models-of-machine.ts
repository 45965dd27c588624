import { basename } from 'node:path'
import { families } from '../../../agents/vision/families/families.ts'
import { builtInModels } from '../../../agents/vision/models/built-in-models.ts'
import {
  type ExamineOptions,
  examineModels,
  type KnownModel,
  type ModelsOfMachine,
} from '../../../agents/vision/models/examine-models.ts'
import { VerifiedFiles } from '../../../agents/vision/models/verified-files.ts'
import { didYouMean } from '../../../config/settings/nearest-word.ts'
import { AppError } from '../../../protocol/errors.ts'

/** Looks at the models of this machine as its agent does. */
export async function modelsOfMachine(
  modelsFolder: string,
  options: Pick<ExamineOptions, 'onBytes'> & { verified?: VerifiedFiles } = {},
): Promise<ModelsOfMachine> {
  const { verified = new VerifiedFiles(modelsFolder), onBytes } = options
  return examineModels({ modelsFolder, builtIn: await builtInModels(), families, verified, onBytes })
}

/** @throws AppError `bad_request` for a model that nobody knows */
export function requireModel(id: string, { models, problems }: ModelsOfMachine): KnownModel {
  const model = models.find(({ card }) => card.id === id)
  if (model) return model
  const problem = problems.find(({ folder }) => basename(folder) === id)
  if (problem) throw new AppError('model_broken', problem.reason)
  const ids = models.map(({ card }) => card.id)
  const hint = didYouMean(id, ids) || `; there are ${ids.join(', ')}`
  throw new AppError('bad_request', `There is no model ${id}${hint}`)
}
