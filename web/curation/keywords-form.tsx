import { useState } from 'react'
import { KeywordInput } from '../ui/keyword-input.tsx'
import styles from './curation.module.css'
import type { BulkFormProps } from './edit-dialog.tsx'
import { FormAnswers } from './form-answers.tsx'

/** Adds keywords and takes some away; what else a picture has stays. */
export function KeywordsForm({ tiles, onSave, onClose }: BulkFormProps) {
  const [added, setAdded] = useState<string[][]>([])
  const [removed, setRemoved] = useState<string[][]>([])
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSave('keywords', {
          ...(added.length > 0 ? { addKeywords: added } : {}),
          ...(removed.length > 0 ? { removeKeywords: removed } : {}),
        })
      }}
    >
      <p className={styles.intro}>Other keywords of the pictures stay as they are.</p>
      <KeywordInput
        label="Add"
        description="Enter after each. With a way to it: Places/Italy/Rome"
        value={added}
        onChange={setAdded}
      />
      <KeywordInput label="Take away, where it is there" value={removed} onChange={setRemoved} />
      <FormAnswers count={tiles.length} isEmpty={added.length + removed.length === 0} onClose={onClose} />
    </form>
  )
}
