import { existsSync } from 'node:fs'
import { acceptModel } from '../../../agents/vision/models/accept-model.ts'
import type { KnownModel } from '../../../agents/vision/models/examine-models.ts'
import { VerifiedFiles } from '../../../agents/vision/models/verified-files.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { readArguments } from '../read-arguments.ts'
import { describeSize } from './describe-size.ts'
import { folderOptions, modelsFolder } from './models-folder.ts'
import { modelsOfMachine, requireModel } from './models-of-machine.ts'

/** `hearth models verify [ID…]`: reads the files through again, whatever is remembered of them. */
export async function verifyModels(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const options = { ...folderOptions, accept: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { values, positionals } = readArguments('models', args, options, ['[ID…]'])
  const folder = modelsFolder(values)
  const onBytes = countBytes(screen)
  if (values.accept) {
    if (positionals.length === 0) {
      throw new AppError(
        'bad_request',
        'Say which model is to be taken as it is: hearth models verify --accept ID',
      )
    }
    const known = await modelsOfMachine(folder)
    for (const id of positionals) await acceptModel(folder, requireModel(id, known).manifest, { onBytes })
  }
  const verified = new VerifiedFiles(folder)
  await verified.forget(() => true)
  const found = await modelsOfMachine(folder, { verified, onBytes })
  screen.end()
  const asked =
    positionals.length > 0
      ? positionals.map((id) => requireModel(id, found))
      : found.models.filter(({ state, folder }) => state !== 'missing' && existsSync(folder))
  if (values.json) process.stdout.write(`${JSON.stringify(asked)}\n`)
  for (const { folder, reason } of found.problems) screen.say(`${folder}: ${reason}`)
  for (const model of asked) screen.say(sentence(model))
  const hasProblems = positionals.length === 0 && found.problems.length > 0
  if (hasProblems || asked.some(({ state }) => state !== 'ready')) {
    throw new AppError('unavailable', 'Not all of them can be run; what to do is said above')
  }
  if (asked.length === 0)
    screen.say('There is no model on this machine: hearth models list names those to pull')
}

function sentence({ card, key, state, reason }: KnownModel): string {
  return state === 'ready' ? `${card.id} is right (${key})` : `${card.id} is ${state}. ${reason}`
}

function countBytes(screen: ConsoleScreen): (bytes: number) => void {
  let readBytes = 0
  return (bytes) => {
    readBytes += bytes
    screen.progress(`reading · ${describeSize(readBytes)}`)
  }
}
