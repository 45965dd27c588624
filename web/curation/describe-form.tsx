import { Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BulkEdit } from '../../protocol/curation.ts'
import styles from './curation.module.css'
import type { BulkFormProps } from './edit-dialog.tsx'
import { FormAnswers } from './form-answers.tsx'

const nothing = { title: '', description: '', creator: '', copyright: '' }

/** The same texts for all of them. A field that stays empty changes nothing. */
export function DescribeForm({ tiles, onSave, onClose }: BulkFormProps) {
  const [texts, setTexts] = useState(nothing)
  const field = (name: keyof typeof nothing, label: string) => ({
    label,
    value: texts[name],
    autoComplete: 'off',
    maxLength: name === 'description' ? 32_768 : 1_024,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setTexts((before) => ({ ...before, [name]: value }))
    },
  })
  const edit = readTexts(texts)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSave(Object.keys(edit).join(', '), edit)
      }}
    >
      <p className={styles.intro}>
        What you fill in replaces what the pictures have there. A field left empty stays as it is.
      </p>
      <TextInput {...field('title', 'Title')} />
      <Textarea {...field('description', 'Description')} rows={4} />
      <TextInput {...field('creator', 'Creator')} description="Several: with a semicolon between them" />
      <TextInput {...field('copyright', 'Copyright')} />
      <FormAnswers count={tiles.length} isEmpty={Object.keys(edit).length === 0} onClose={onClose} />
    </form>
  )
}

function readTexts({ title, description, creator, copyright }: typeof nothing): BulkEdit {
  const creators = creator
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return {
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(description.trim() ? { description: description.trim() } : {}),
    ...(creators.length > 0 ? { creator: creators } : {}),
    ...(copyright.trim() ? { copyright: copyright.trim() } : {}),
  }
}
