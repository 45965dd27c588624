import { join, resolve } from 'node:path'
import { defaultDataFolder } from '../../../config/environment.ts'
import { readAgentFile } from '../agent/offer-folders.ts'

/** Options of every command that looks at the models of this machine. */
export const folderOptions = {
  folder: { type: 'string' },
  data: { type: 'string' },
  state: { type: 'string' },
} as const

export const folderUsage = `  --folder FOLDER      where this machine's models lie (models in the data folder)
  --data FOLDER        Hearth's data folder (${defaultDataFolder()})
  --state FOLDER       the folder of an agent that runs by itself: its models`

export type FolderValues = {
  folder?: string | undefined
  data?: string | undefined
  state?: string | undefined
}

/** Where the models of this machine lie. @throws AppError `bad_request` when the agent's own file cannot be read */
export function modelsFolder({ folder, data, state }: FolderValues): string {
  if (folder !== undefined) return resolve(folder)
  if (state !== undefined) return modelsFolderOfAgent(resolve(state), readAgentFile(resolve(state)))
  return join(resolve(data ?? defaultDataFolder()), 'models')
}

/**
 * Where the models of an agent lie that runs by itself: where its file says, else in its own folder. The agent in the
 * data folder shares the models there with `npm start`.
 */
export function modelsFolderOfAgent(state: string, file: Record<string, unknown>): string {
  const vision = file.vision
  if (typeof vision === 'object' && vision !== null && 'modelsFolder' in vision) {
    if (typeof vision.modelsFolder === 'string') return vision.modelsFolder
  }
  const usual = join(defaultDataFolder(), 'agent')
  return join(state === usual ? defaultDataFolder() : state, 'models')
}
