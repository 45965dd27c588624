import type { ModelView, TaskView } from '../../../protocol/detections.ts'
import { AppError } from '../../../protocol/errors.ts'
import { type ModelKey, VisionTask } from '../../../protocol/models.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { connectCoordinator, connectionOptions } from '../coordinator-client.ts'
import { readArguments } from '../read-arguments.ts'

/** `hearth models use TASK ID` */
export async function useModel(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values, positionals } = readArguments('models', args, connectionOptions, ['TASK', 'ID'])
  const [word = '', id = ''] = positionals
  const task = VisionTask.safeParse(word)
  if (!task.success) {
    throw new AppError('bad_request', `There is no task ${word}; there are ${VisionTask.options.join(', ')}`)
  }
  const client = connectCoordinator(values)
  const { tasks } = await client.call('listModels')
  const view = tasks.find((other) => other.task === task.data)
  const key = id === 'none' ? null : findKey(id, view)
  const { queued } = await client.call('chooseModel', { params: { task: task.data }, body: { key } })
  if (values.json) process.stdout.write(`${JSON.stringify({ task: task.data, key, queued })}\n`)
  if (key === null) screen.say(`Nothing is in use for ${task.data} any more; what is known stays`)
  else
    screen.say(
      `${key} is in use for ${task.data}; it has ${queued.toLocaleString('en-US')} pictures to look at`,
    )
}

/**
 * The version of a model that is meant: the one that is ready somewhere, when there are several.
 *
 * @throws AppError `bad_request` when there is none, or it is not clear which
 */
export function findKey(id: string, view: Pick<TaskView, 'task' | 'models'> | undefined): ModelKey {
  const models = view?.models ?? []
  const named = models.filter((model) => model.id === id || model.key === id)
  const ready = named.filter(isReady)
  const meant = ready.length > 0 ? ready : named
  if (meant.length === 1) return meant[0]!.key
  if (meant.length > 1) {
    const keys = meant.map(({ key }) => key).join(', ')
    throw new AppError('bad_request', `There are several versions of ${id}: give one of ${keys}`)
  }
  const ids = [...new Set(models.map((model) => model.id))]
  const others = ids.length > 0 ? `there are ${ids.join(', ')}` : 'no machine has one'
  throw new AppError('bad_request', `There is no model ${id} for ${view?.task ?? 'that'}; ${others}`)
}

function isReady({ machines }: ModelView): boolean {
  return machines.some(({ state }) => state === 'ready')
}
