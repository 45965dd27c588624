import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { acceptModel } from '../../../agents/vision/models/accept-model.ts'
import { FileName } from '../../../agents/vision/models/model-manifest.ts'
import { readOnnxFile } from '../../../agents/vision/models/read-onnx-file.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { readArguments } from '../read-arguments.ts'
import { type BroughtFile, draftManifest } from './draft-manifest.ts'
import { folderOptions, modelsFolder } from './models-folder.ts'
import { modelsOfMachine, requireModel } from './models-of-machine.ts'

const options = {
  ...folderOptions,
  task: { type: 'string' },
  family: { type: 'string', multiple: true },
  licence: { type: 'string' },
  id: { type: 'string' },
  name: { type: 'string' },
  source: { type: 'string' },
  classes: { type: 'string' },
  tokenizer: { type: 'string' },
  input: { type: 'string' },
  dimensions: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** `hearth models add FILE.onnx…`: copies a model into the models folder and writes its manifest. */
export async function addModel(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values, positionals } = readArguments('models', args, options, ['FILE…'])
  const paths = positionals.map((path) => resolve(path))
  const others = companions(values)
  const folder = modelsFolder(values)
  const draft = draftManifest(await Promise.all(paths.map(inspect)), {
    ...values,
    classFile: values.classes && basename(values.classes),
    tokenizerFile: values.tokenizer && basename(values.tokenizer),
    others: others.map((path) => basename(path)),
  })
  const target = join(folder, draft.id)
  if (existsSync(target)) {
    throw new AppError(
      'conflict',
      `${target} is there already: give this model another name with --id, or take the folder away`,
    )
  }
  await mkdir(target, { recursive: true })
  try {
    for (const path of [...paths, ...others]) await copyInto(path, target)
    // Data outside of the ONNX files lies beside them, and is found by looking into them.
    for (const path of paths) {
      const { facts } = await readOnnxFile(path)
      for (const name of facts?.externalFiles ?? []) {
        requirePlainName(name, path)
        await copyInto(join(dirname(path), name), target)
      }
    }
    await acceptModel(folder, draft)
  } catch (error) {
    await rm(target, { recursive: true, force: true })
    throw error
  }
  const added = requireModel(draft.id, await modelsOfMachine(folder))
  if (values.json) process.stdout.write(`${JSON.stringify(added)}\n`)
  screen.say(`${draft.id} is in ${target} (${added.key})`)
  if (added.state !== 'ready') throw new AppError('model_broken', `It cannot be run. ${added.reason}`)
  screen.say(
    `A worker that runs here notices it within half a minute; then: hearth models use ${draft.task} ${draft.id}`,
  )
}

/** Files that come along with the ONNX files. */
function companions(values: { classes?: string; tokenizer?: string }): string[] {
  const tokenizer = values.tokenizer && resolve(values.tokenizer)
  // The usual name beside it: what the vocabulary is filled up with, among other things.
  const settings = tokenizer && join(dirname(tokenizer), 'tokenizer_config.json')
  return [
    values.classes && resolve(values.classes),
    tokenizer,
    settings && existsSync(settings) && settings,
  ].filter((path) => typeof path === 'string' && path !== '') as string[]
}

async function inspect(path: string): Promise<BroughtFile> {
  const { facts, problem } = await readOnnxFile(path).catch((error: Error) => {
    throw new AppError('bad_request', `${path} cannot be read: ${error.message}`, { cause: error })
  })
  if (facts === null) throw new AppError('model_broken', `${path} is no whole ONNX file: it ${problem}`)
  return { name: basename(path), facts }
}

async function copyInto(path: string, folder: string): Promise<void> {
  requirePlainName(basename(path), path)
  await copyFile(path, join(folder, basename(path)), constants.COPYFILE_FICLONE)
}

/** Also of what an ONNX file names: `../weights.bin` lies where no model has anything to look for. */
function requirePlainName(name: string, path: string): void {
  if (FileName.safeParse(name).success) return
  throw new AppError(
    'model_broken',
    `${path}: ${JSON.stringify(name)} is no name for a file of a model: letters, digits, . _ - and no folders`,
  )
}
