import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { BulkEdit } from '../../protocol/curation.ts'
import { readPosition } from '../ui/read-position.ts'
import styles from './curation.module.css'
import type { BulkFormProps } from './edit-dialog.tsx'
import { FormAnswers } from './form-answers.tsx'

const nothing = { location: '', city: '', state: '', country: '', position: '' }

/** Where all of them were taken, in words, in coordinates, or both. */
export function PlaceForm({ tiles, onSave, onClose }: BulkFormProps) {
  const [texts, setTexts] = useState(nothing)
  const field = (name: keyof typeof nothing, label: string) => ({
    label,
    value: texts[name],
    autoComplete: 'off',
    maxLength: 1_024,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setTexts((before) => ({ ...before, [name]: value }))
    },
  })
  const edit = readPlace(texts)
  const isWrong = texts.position.trim() !== '' && readPosition(texts.position) === undefined
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSave('place', edit)
      }}
    >
      <p className={styles.intro}>
        A place in words replaces the whole of it: what you leave empty there is empty afterwards. Leave all
        four empty to keep the words that the pictures have.
      </p>
      <div className={styles.pair}>
        <TextInput {...field('location', 'Spot')} placeholder="Vigeland park" />
        <TextInput {...field('city', 'City')} />
        <TextInput {...field('state', 'State or region')} />
        <TextInput {...field('country', 'Country')} />
      </div>
      <TextInput
        {...field('position', 'Coordinates')}
        placeholder="59.9139, 10.7522"
        description="Latitude, longitude, and if known the metres above the sea"
        error={isWrong ? 'Two numbers are needed, such as 59.9139, 10.7522' : undefined}
      />
      <FormAnswers
        count={tiles.length}
        isEmpty={isWrong || Object.keys(edit).length === 0}
        onClose={onClose}
      />
    </form>
  )
}

function readPlace({ position, ...words }: typeof nothing): BulkEdit {
  const at = readPosition(position)
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim())
  const place = {
    location: orNull(words.location),
    city: orNull(words.city),
    state: orNull(words.state),
    country: orNull(words.country),
  }
  const hasWords = Object.values(place).some((text) => text !== null)
  return { ...(at ? { position: at } : {}), ...(hasWords ? { place } : {}) }
}
