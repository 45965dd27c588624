import type { KnownModel } from '../../../agents/vision/models/examine-models.ts'
import { findWantedFiles, pullFiles, type WantedFile } from '../../../agents/vision/models/pull-model.ts'
import { isMeasured } from '../../../agents/vision/models/read-manifest.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { readArguments } from '../read-arguments.ts'
import { askYes } from './ask-yes.ts'
import { describeSize } from './describe-size.ts'
import { downloadText } from './download-text.ts'
import { folderOptions, modelsFolder } from './models-folder.ts'
import { modelsOfMachine, requireModel } from './models-of-machine.ts'

/** `hearth models pull ID…` */
export async function pullModels(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const options = { ...folderOptions, yes: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { values, positionals: ids } = readArguments('models', args, options, ['ID…'])
  const folder = modelsFolder(values)
  const before = await modelsOfMachine(folder)
  const wanted: { model: KnownModel; files: WantedFile[] }[] = []
  for (const id of new Set(ids)) {
    const model = requireModel(id, before)
    if (!isMeasured(model.manifest)) throw new AppError('model_broken', `${id}: ${model.reason}`)
    wanted.push({ model, files: await findWantedFiles(model.manifest, folder) })
  }
  for (const { model, files } of wanted) {
    if (files.length === 0) screen.say(`${model.card.id} is here already`)
    else if (await mayPull(model, files, values.yes === true, screen)) {
      await pull(model.card.id, files, folder, screen)
    }
  }
  const after = await modelsOfMachine(folder)
  const pulled = wanted.map(({ model }) => requireModel(model.card.id, after))
  for (const model of pulled) screen.say(outcome(model))
  if (values.json) process.stdout.write(`${JSON.stringify(pulled)}\n`)
  if (pulled.some(({ state }) => state === 'broken' || state === 'unsupported')) {
    throw new AppError('model_broken', 'Not all of them can be run; what to do is said above')
  }
}

/** Shows the licence and where the files come from, and asks. */
async function mayPull(
  { card }: KnownModel,
  files: readonly WantedFile[],
  isAgreed: boolean,
  screen: ConsoleScreen,
): Promise<boolean> {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  screen.say(`${card.id}: ${card.name}`)
  screen.say(`  licence  ${card.licence}`)
  screen.say(`  about    ${card.source}`)
  for (const { url } of files) screen.say(`  from     ${url}`)
  screen.say(`  size     ${describeSize(sizeBytes)}`)
  if (isAgreed) return true
  return askYes(
    'Download it under this licence?',
    'Nobody is there to agree to the licence: look at it, and say --yes',
  )
}

async function pull(
  id: string,
  files: readonly WantedFile[],
  folder: string,
  screen: ConsoleScreen,
): Promise<void> {
  let current = { name: '', startedAt: 0, startBytes: 0 }
  await pullFiles(id, files, {
    modelsFolder: folder,
    onPause: (reason, pauseMs) => screen.say(`${reason}; trying again in ${Math.round(pauseMs / 1_000)} s`),
    onProgress: (name, receivedBytes, sizeBytes) => {
      const now = performance.now()
      if (name !== current.name) current = { name, startedAt: now, startBytes: receivedBytes }
      const seconds = (now - current.startedAt) / 1_000
      const bytesPerSecond = seconds > 0.5 ? (receivedBytes - current.startBytes) / seconds : null
      screen.progress(downloadText({ name, receivedBytes, sizeBytes, bytesPerSecond }))
    },
  })
  screen.end()
}

function outcome({ card, folder, state, reason }: KnownModel): string {
  if (state !== 'ready') return `${card.id} is ${state}. ${reason}`
  return `${card.id} is in ${folder}; a worker that runs here notices it within half a minute`
}
