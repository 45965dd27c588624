import { Button } from '@mantine/core'
import { useState } from 'react'
import type { TaskView } from '../../protocol/detections.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { missingOf } from './describe-coverage.ts'
import { Question } from './question.tsx'
import { taskWords } from './task-words.ts'
import { useTaskActions } from './use-task-actions.ts'

/** Lets the model in use look: at what it has not seen, or at everything again. */
export function RunButtons({ task }: { task: TaskView }) {
  const { run } = useTaskActions(task)
  const [isAsking, setAsking] = useState(false)
  const missing = missingOf(task)
  return (
    <div>
      <Button.Group>
        <Button
          size="xs"
          variant="default"
          disabled={missing === 0 || run.isPending}
          onClick={() => run.mutate('missing')}
        >
          Only missing{missing > 0 && ` (${formatCount(missing)})`}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={task.total === 0 || run.isPending}
          onClick={() => setAsking(true)}
        >
          All again…
        </Button>
      </Button.Group>
      {isAsking && (
        <Question
          title={`Look at ${countOf(task.total, 'picture')} again?`}
          answer={`Look at all ${formatCount(task.total)}`}
          onClose={() => setAsking(false)}
          onYes={() => run.mutate('all')}
        >
          {taskWords[task.task].title}: everything is looked at once more with the same model. It helps after
          a model was mended; otherwise it finds the same. What people have said stays.
        </Question>
      )}
    </div>
  )
}
