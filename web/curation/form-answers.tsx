import { Button } from '@mantine/core'
import { countOf } from '../ui/format-amount.ts'
import styles from './curation.module.css'

type FormAnswersProps = { count: number; isEmpty: boolean; onClose: () => void }

/** The button says how many pictures it changes. */
export function FormAnswers({ count, isEmpty, onClose }: FormAnswersProps) {
  return (
    <div className={styles.answers}>
      <Button variant="default" onClick={onClose}>
        Change nothing
      </Button>
      <Button type="submit" disabled={isEmpty}>
        Change {countOf(count, 'picture')}
      </Button>
    </div>
  )
}
