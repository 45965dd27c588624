import type { KnownModel, ModelsOfMachine } from '../../../agents/vision/models/examine-models.ts'
import type { TaskView } from '../../../protocol/detections.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { connectCoordinator, connectionOptions } from '../coordinator-client.ts'
import { type Column, printTable } from '../print-table.ts'
import { readArguments } from '../read-arguments.ts'
import { describeSize } from './describe-size.ts'
import { folderOptions, modelsFolder } from './models-folder.ts'
import { modelsOfMachine } from './models-of-machine.ts'

/** A model of this machine, of another one, or of both. */
type Row = {
  id: string
  task: string
  /** On this machine. */
  state: string
  inUse: boolean
  others: string
  sizeBytes: number | null
  licence: string
  name: string
}

/** `hearth models list` */
export async function listModels(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values } = readArguments('models', args, { ...connectionOptions, ...folderOptions })
  const folder = modelsFolder(values)
  const here = await modelsOfMachine(folder)
  const tasks = await askTasks(values)
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ folder, ...here, tasks: tasks ?? null })}\n`)
    return
  }
  screen.say(`Models of this machine: ${folder}`)
  printTable(columnsFor(tasks !== undefined), rowsOf(here, tasks ?? []), 'There is no model')
  for (const line of remarks(here, tasks ?? [])) screen.say(line)
}

/** Undefined when no Hearth runs here and none was named. */
async function askTasks(values: Parameters<typeof connectCoordinator>[0]): Promise<TaskView[] | undefined> {
  try {
    return (await connectCoordinator(values).call('listModels')).tasks
  } catch (error) {
    const isNobody = error instanceof AppError && error.code === 'unavailable'
    if (isNobody && values.url === undefined) return undefined
    throw error
  }
}

function columnsFor(hasFleet: boolean): Column<Row>[] {
  return [
    { title: 'id', value: ({ id }) => id },
    { title: 'task', value: ({ task }) => task },
    { title: 'here', value: ({ state }) => state },
    ...(hasFleet
      ? [
          { title: 'in use', value: ({ inUse }: Row) => (inUse ? 'yes' : '') },
          { title: 'machines', value: ({ others }: Row) => others },
        ]
      : []),
    {
      title: 'size',
      value: ({ sizeBytes }) => (sizeBytes === null ? null : describeSize(sizeBytes)),
      align: 'right',
    },
    { title: 'licence', value: ({ licence }) => licence },
    { title: 'name', value: ({ name }) => name },
  ]
}

function rowsOf({ models }: ModelsOfMachine, tasks: readonly TaskView[]): Row[] {
  const inFleet = tasks.flatMap((task) =>
    task.models.map((model) => ({ ...model, inUse: task.inUse === model.key })),
  )
  const rows = models.map((model): Row => {
    const other = inFleet.find(({ key }) => key === model.key)
    return {
      ...model.card,
      state: model.state,
      inUse: other?.inUse ?? false,
      others: machinesOf(other?.machines ?? []),
      sizeBytes: sizeOf(model),
    }
  })
  const elsewhere = inFleet
    .filter(({ key, machines }) => machines.length > 0 && !models.some((model) => model.key === key))
    .map((model): Row => ({ ...model, state: 'other', others: machinesOf(model.machines), sizeBytes: null }))
  return [...rows, ...elsewhere]
}

function machinesOf(machines: TaskView['models'][number]['machines']): string {
  return machines.map(({ agent, state }) => (state === 'ready' ? agent : `${agent} (${state})`)).join(', ')
}

function sizeOf({ manifest }: KnownModel): number | null {
  const sizes = manifest.files.map(({ sizeBytes }) => sizeBytes)
  return sizes.some((size) => size === undefined) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0)
}

function remarks({ models, problems }: ModelsOfMachine, tasks: readonly TaskView[]): string[] {
  return [
    ...problems.map(({ folder, reason }) => `${folder}: ${reason}`),
    // One that is missing is nothing to talk about unless it is in use.
    ...models
      .filter(({ key, state }) =>
        state === 'missing' ? tasks.some(({ inUse }) => inUse === key) : state !== 'ready',
      )
      .map(({ card, state, reason }) => `${card.id} is ${state}. ${reason}`),
    ...tasks.flatMap(({ task, waitsFor }) => (waitsFor === null ? [] : [`${task}: ${waitsFor}`])),
  ]
}
