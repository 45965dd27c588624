import type { TaskView } from '../../protocol/detections.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { countOf } from '../ui/format-amount.ts'
import { Meter } from '../ui/meter.tsx'
import { Panel } from '../ui/panel.tsx'
import { describeCoverage, missingOf } from './describe-coverage.ts'
import { ModelChoice } from './model-choice.tsx'
import { ModelFacts } from './model-facts.tsx'
import { RunButtons } from './run-buttons.tsx'
import { taskWords } from './task-words.ts'
import styles from './understanding.module.css'

/** One thing that models do: with which model, on which machines, and how far it has come. */
export function TaskPanel({ task }: { task: TaskView }) {
  const isAdmin = useIsAdmin()
  const { title, about } = taskWords[task.task]
  const inUse = task.models.find(({ key }) => key === task.inUse)
  return (
    <Panel title={title}>
      <div className={styles.task}>
        <p className={styles.about}>{about}</p>
        <div className={styles.coverage}>
          <p>
            {describeCoverage(task)}
            {task.problems > 0 && (
              <span className={styles.problems}>
                {' '}
                {countOf(task.problems, 'picture')} could not be looked at.
              </span>
            )}
          </p>
          {task.inUse !== null && missingOf(task) + task.open > 0 && (
            <Meter
              value={Math.min(1, task.done / task.total)}
              label={`${title}: done`}
              isPaused={task.waitsFor !== null || task.open === 0}
            />
          )}
        </div>
        {task.waitsFor && <p className={styles.waits}>{asSentence(task.waitsFor)}</p>}
        {inUse && <ModelFacts model={inUse} />}
        {task.inUse !== null && !inUse && (
          <p className={styles.waits}>
            The model in use, {task.inUse.split('@')[0]}, is on none of the machines any more. What it has
            found stays.
          </p>
        )}
        {isAdmin && (
          <div className={styles.actions}>
            <ModelChoice task={task} />
            {task.inUse !== null && <RunButtons task={task} />}
          </div>
        )}
      </div>
    </Panel>
  )
}
