import { Button } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { countOf } from '../ui/format-amount.ts'
import type { DraftRegion } from './draft-region.ts'
import styles from './regions.module.css'

type NamingBarProps = {
  draft: DraftRegion | null
  /** How many regions the picture has. */
  count: number
  knownNames: readonly string[]
  onChange: (draft: DraftRegion) => void
  onSave: (draft: DraftRegion) => Promise<void>
  onDelete: () => Promise<void>
  onLeave: () => void
}

const kindWords = { person: 'Person', object: 'Thing' } as const

/** What to do next, and who or what the box is around. */
export function NamingBar({ draft, count, onLeave, ...form }: NamingBarProps) {
  return (
    <section className={styles.bar} aria-label="Name people and things">
      {draft ? (
        <DraftForm draft={draft} {...form} />
      ) : (
        <p className={styles.say} role="status">
          {count > 0 && <strong>{countOf(count, 'name')}. </strong>}
          Draw a box around somebody or something{count > 0 ? ', or choose a box to change it' : ''}.
        </p>
      )}
      <button
        type="button"
        className={styles.icon}
        aria-label={draft ? 'Leave this box' : 'Stop naming'}
        title={`${draft ? 'Leave this box' : 'Stop'} (Esc)`}
        onClick={onLeave}
      >
        <IconX size={19} stroke={1.8} />
      </button>
    </section>
  )
}

type DraftFormProps = Omit<NamingBarProps, 'draft' | 'count' | 'onLeave'> & { draft: DraftRegion }

function DraftForm({ draft, knownNames, onChange, onSave, onDelete }: DraftFormProps) {
  const id = useId()
  const [isSaving, setSaving] = useState(false)
  const name = draft.name.trim()
  const during = async (work: Promise<void>) => {
    setSaving(true)
    await work
    setSaving(false)
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name !== '') void during(onSave({ ...draft, name }))
      }}
    >
      <fieldset className={styles.switch}>
        <legend className="visually-hidden">What it is</legend>
        {(Object.keys(kindWords) as (keyof typeof kindWords)[]).map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={draft.kind === kind}
            onClick={() => onChange({ ...draft, kind })}
          >
            {kindWords[kind]}
          </button>
        ))}
      </fieldset>
      <input
        className={styles.name}
        aria-label={draft.kind === 'person' ? 'Who is it?' : 'What is it?'}
        placeholder={draft.kind === 'person' ? 'Who is it?' : 'What is it?'}
        list={id}
        value={draft.name}
        maxLength={1_024}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: it appears because a name is wanted now
        autoFocus
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <datalist id={id}>
        {knownNames.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
      <Button size="xs" type="submit" loading={isSaving} disabled={name === ''}>
        Save
      </Button>
      {draft.at !== null && (
        <button
          type="button"
          className={styles.icon}
          aria-label={`Take ${draft.name} away`}
          title="Take it away (Delete)"
          onClick={() => void during(onDelete())}
        >
          <IconTrash size={18} stroke={1.8} />
        </button>
      )}
    </form>
  )
}
