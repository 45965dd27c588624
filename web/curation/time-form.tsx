import { SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import { countOf } from '../ui/format-amount.ts'
import { formatLocal } from '../ui/format-when.ts'
import { readShift, shiftLocal } from '../ui/shift-time.ts'
import styles from './curation.module.css'
import type { BulkFormProps } from './edit-dialog.tsx'
import { FormAnswers } from './form-answers.tsx'

const parts = ['days', 'hours', 'minutes', 'seconds'] as const
const none = { days: '', hours: '', minutes: '', seconds: '' }

/** For a camera whose clock was wrong: every picture keeps its distance from the others. */
export function TimeForm({ tiles, onSave, onClose }: BulkFormProps) {
  const [direction, setDirection] = useState('later')
  const [texts, setTexts] = useState(none)
  const amount = readShift(texts)
  const seconds = amount === undefined ? 0 : direction === 'later' ? amount : -amount
  const dated = tiles.filter(({ capturedLocal }) => capturedLocal !== null)
  const first = dated[0]?.capturedLocal
  const undated = tiles.length - dated.length
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onSave(`time ${direction}`, { shiftCapturedSeconds: seconds })
      }}
    >
      <SegmentedControl
        aria-label="Direction"
        value={direction}
        onChange={setDirection}
        data={[
          { value: 'later', label: 'Later' },
          { value: 'earlier', label: 'Earlier' },
        ]}
      />
      <div className={styles.four}>
        {parts.map((part) => (
          <TextInput
            key={part}
            label={part.charAt(0).toUpperCase() + part.slice(1)}
            inputMode="numeric"
            placeholder="0"
            value={texts[part]}
            error={amount === undefined && !/^\d*$/.test(texts[part].trim())}
            onChange={(event) => {
              const { value } = event.currentTarget
              setTexts((before) => ({ ...before, [part]: value }))
            }}
          />
        ))}
      </div>
      {first && seconds !== 0 && (
        <p className={styles.preview}>
          The first: {formatLocal(first)} becomes <strong>{formatLocal(shiftLocal(first, seconds))}</strong>
        </p>
      )}
      {undated > 0 && (
        <p className={styles.intro}>{countOf(undated, 'picture')} without a date will not be changed.</p>
      )}
      <FormAnswers count={dated.length} isEmpty={seconds === 0 || dated.length === 0} onClose={onClose} />
    </form>
  )
}
