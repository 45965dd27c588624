import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import styles from './stepper.module.css'

type StepperProps = {
  /** What is counted, for screen readers: `Jobs at once: read files on vault`. */
  label: string
  value: number
  min: number
  max: number
  onChange: (value: number) => void
}

/** A whole number within limits, by steps or typed; a typed one counts on Enter or when the field is left. */
export function Stepper({ label, value, min, max, onChange }: StepperProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const step = (by: number) => {
    const next = Math.min(max, Math.max(min, value + by))
    if (next !== value) onChange(next)
  }
  const commit = () => {
    const next = Math.min(max, Math.max(min, Math.round(Number(typed))))
    if (typed !== null && typed.trim() !== '' && Number.isFinite(next) && next !== value) onChange(next)
    setTyped(null)
  }
  return (
    <fieldset className={styles.stepper} aria-label={label}>
      {/* Not `disabled`: the focus would be lost at the end of the range. */}
      <button type="button" aria-label="Fewer" aria-disabled={value <= min} onClick={() => step(-1)}>
        <IconMinus size={14} stroke={2} aria-hidden="true" />
      </button>
      <input
        aria-label={label}
        inputMode="numeric"
        autoComplete="off"
        value={typed ?? String(value)}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
          if (event.key === 'Escape') setTyped(null)
          if (event.key === 'ArrowUp') step(1)
          if (event.key === 'ArrowDown') step(-1)
        }}
      />
      <button type="button" aria-label="More" aria-disabled={value >= max} onClick={() => step(1)}>
        <IconPlus size={14} stroke={2} aria-hidden="true" />
      </button>
    </fieldset>
  )
}
