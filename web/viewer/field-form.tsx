import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Edit } from '../../protocol/curation.ts'
import styles from './curation-fields.module.css'

/** A field that is being edited. `read` gives the edit, or says what is wrong with what was typed. */
export type FieldFormProps<T> = {
  start: T
  read: (draft: T) => { edit: Edit } | { wrong: string }
  onSave: (edit: Edit) => Promise<boolean>
  onClose: () => void
  children: (draft: T, setDraft: (draft: T) => void, wrong: string | null) => ReactNode
}

/** It stays open until the server has taken what was typed: nothing typed is ever lost to a refusal. */
export function FieldForm<T>({ start, read, onSave, onClose, children }: FieldFormProps<T>) {
  const [draft, setDraft] = useState(start)
  const [wrong, setWrong] = useState<string | null>(null)
  const [isSaving, setSaving] = useState(false)
  const save = async () => {
    const answer = read(draft)
    setWrong('wrong' in answer ? answer.wrong : null)
    if ('wrong' in answer) return
    setSaving(true)
    const isSaved = await onSave(answer.edit)
    setSaving(false)
    if (isSaved) onClose()
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      {children(draft, setDraft, wrong)}
      <div className={styles.answers}>
        <Button size="xs" variant="subtle" color="gray" onClick={onClose}>
          Leave it
        </Button>
        <Button size="xs" type="submit" loading={isSaving}>
          Save
        </Button>
      </div>
    </form>
  )
}
