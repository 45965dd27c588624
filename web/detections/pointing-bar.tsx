import { Button } from '@mantine/core'
import { IconArrowBackUp, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { errorSentence } from '../ui/page-error.tsx'
import { wakingSentence } from '../ui/waking-sentence.ts'
import styles from './detections.module.css'
import { LabelField } from './label-field.tsx'
import type { useOutline } from './use-outline.ts'

type PointingBarProps = {
  isStarted: boolean
  outline: ReturnType<typeof useOutline>
  takesAway: boolean
  onTakesAway: (takesAway: boolean) => void
  onBack: () => void
  onKeep: (label: string) => Promise<void>
  onLeave: () => void
}

/** What to do next, and under which name to keep what was found. */
export function PointingBar(props: PointingBarProps) {
  const { isStarted, outline, takesAway, onTakesAway, onBack, onKeep, onLeave } = props
  const [label, setLabel] = useState('')
  const [isKeeping, setKeeping] = useState(false)
  const canKeep = isStarted && !outline.isThinking && outline.found?.box != null
  const keep = async () => {
    setKeeping(true)
    await onKeep(label.trim())
    setKeeping(false)
  }
  return (
    <section className={styles.bar} aria-label="Outline something">
      <p className={styles.say} role="status" data-bad={outline.error !== null || undefined}>
        {sentenceFor(isStarted, outline)}
      </p>
      <div className={styles.tools}>
        <fieldset className={styles.switch}>
          <legend className="visually-hidden">What a click says</legend>
          <button type="button" aria-pressed={!takesAway} onClick={() => onTakesAway(false)}>
            Add
          </button>
          <button
            type="button"
            aria-pressed={takesAway}
            title="Alt or the other mouse button does it once"
            onClick={() => onTakesAway(true)}
          >
            Leave out
          </button>
        </fieldset>
        <button
          type="button"
          className={styles.icon}
          aria-label="Take the last point back"
          title="Take the last point back (Backspace)"
          disabled={!isStarted}
          onClick={onBack}
        >
          <IconArrowBackUp size={19} stroke={1.8} />
        </button>
        <button
          type="button"
          className={styles.icon}
          aria-label="Stop outlining"
          title="Stop (Esc)"
          onClick={onLeave}
        >
          <IconX size={19} stroke={1.8} />
        </button>
      </div>
      {canKeep && (
        <form
          className={styles.keep}
          onSubmit={(event) => {
            event.preventDefault()
            if (label.trim() !== '') void keep()
          }}
        >
          <LabelField label="Keep as" kind="object" value={label} onChange={setLabel} />
          <Button size="xs" type="submit" loading={isKeeping} disabled={label.trim() === ''}>
            Keep
          </Button>
        </form>
      )}
    </section>
  )
}

function sentenceFor(isStarted: boolean, outline: PointingBarProps['outline']): string {
  if (!isStarted) return 'Click what you mean, or draw a box around it.'
  if (outline.waking) return wakingSentence(outline.waking, 'The outline comes by itself')
  if (outline.isThinking) return 'Looking…'
  if (outline.error !== null) return errorSentence(outline.error)
  if (outline.found && outline.found.box === null)
    return 'Nothing stands out there. Click somewhere else on it, or draw a box around it.'
  return 'More clicks make it clearer.'
}
