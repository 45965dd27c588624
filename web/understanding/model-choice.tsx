import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { ModelView, TaskView } from '../../protocol/detections.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { formatCount } from '../ui/format-amount.ts'
import { Question } from './question.tsx'
import { taskWords } from './task-words.ts'
import { useTaskActions } from './use-task-actions.ts'

const NONE = 'none'

/** Another model, or none. Another one has to look at everything again, so it asks first. */
export function ModelChoice({ task }: { task: TaskView }) {
  const { choose } = useTaskActions(task)
  const [asked, setAsked] = useState<string | null>(null)
  const nameOf = (key: string) =>
    task.models.find((model) => model.key === key)?.name ?? key.split('@')[0] ?? key
  const isKnown = task.inUse === null || task.models.some(({ key }) => key === task.inUse)
  const pick = (key: string) => {
    if (key === (task.inUse ?? NONE)) return
    if (task.total === 0) choose.mutate(key === NONE ? null : key)
    else setAsked(key)
  }
  return (
    <>
      <NativeSelect
        size="xs"
        label="Model in use"
        value={task.inUse ?? NONE}
        disabled={choose.isPending || task.models.length === 0}
        onChange={(event) => pick(event.currentTarget.value)}
        data={[
          { value: NONE, label: task.models.length === 0 ? 'There is none yet' : 'None' },
          ...(isKnown ? [] : [{ value: task.inUse as string, label: nameOf(task.inUse as string) }]),
          ...task.models.map((model) => ({ value: model.key, label: `${model.name}${lacks(model)}` })),
        ]}
      />
      {asked !== null && (
        <Question
          title={asked === NONE ? `${taskWords[task.task].title}: no model?` : `Use ${nameOf(asked)}?`}
          answer={asked === NONE ? 'Use none' : 'Use it'}
          onClose={() => setAsked(null)}
          onYes={() => choose.mutate(asked === NONE ? null : asked)}
        >
          {asked === NONE
            ? 'Pictures that are added are not looked at any more. What has been found stays.'
            : `${reasonOf(task, asked)}It has to look at the ${formatCount(task.total)} pictures that it does not know yet. What has been found stays until it is replaced; what people have said stays for good.`}
        </Question>
      )}
    </>
  )
}

/** Why it cannot run now, where nobody can run it. */
function reasonOf({ models }: TaskView, key: string): string {
  const machines = models.find((model) => model.key === key)?.machines ?? []
  if (machines.some(({ state }) => state === 'ready')) return ''
  const reason = machines.find((machine) => machine.reason !== null)?.reason
  return reason ? `It waits until it can be run: ${asSentence(reason)} ` : ''
}

/** Said in the list, so that nobody chooses what cannot run without knowing it. */
function lacks({ machines }: ModelView): string {
  if (machines.some(({ state, online }) => state === 'ready' && online)) return ''
  if (machines.some(({ state }) => state === 'ready')) return ' (its machine is away)'
  return ' (not ready)'
}
