import { Textarea, TextInput } from '@mantine/core'
import type { CurationField, Edit } from '../../protocol/curation.ts'
import type { CuratedValues } from '../../protocol/edits.ts'
import { fieldWords } from '../ui/curation-words.ts'
import { KeywordInput } from '../ui/keyword-input.tsx'
import { positionText, readPosition } from '../ui/read-position.ts'
import styles from './curation-fields.module.css'
import { FieldForm } from './field-form.tsx'
import { offsetText, readOffset } from './read-offset.ts'

type FieldEditorProps = {
  field: CurationField
  values: CuratedValues
  onSave: (edit: Edit) => Promise<boolean>
  onClose: () => void
}
type Place = NonNullable<CuratedValues['place']>

const noPlace: Place = { location: null, city: null, state: null, country: null }
const placeParts = { location: 'Spot', city: 'City', state: 'State or region', country: 'Country' } as const

/** The form of one field. What is emptied there is empty, whatever the files say. */
export function FieldEditor({ field, values, ...form }: FieldEditorProps) {
  switch (field) {
    case 'keywords':
      return (
        <FieldForm start={values.keywords ?? []} read={(keywords) => ({ edit: { keywords } })} {...form}>
          {(draft, setDraft) => (
            <KeywordInput
              label="Next keyword"
              description="Enter after each. With a way to it: Places/Italy/Rome"
              value={draft}
              onChange={setDraft}
            />
          )}
        </FieldForm>
      )
    case 'captured':
      return <CapturedEditor captured={values.captured} {...form} />
    case 'place':
      return (
        <FieldForm start={values.place ?? noPlace} read={readPlace} {...form}>
          {(draft, setDraft) =>
            (Object.keys(placeParts) as (keyof Place)[]).map((part) => (
              <TextInput
                key={part}
                label={placeParts[part]}
                value={draft[part] ?? ''}
                maxLength={1_024}
                autoComplete="off"
                onChange={(event) => setDraft({ ...draft, [part]: event.currentTarget.value })}
              />
            ))
          }
        </FieldForm>
      )
    case 'position':
      return (
        <FieldForm
          start={values.position ? positionText(values.position) : ''}
          read={(text) => {
            if (text.trim() === '') return { edit: { position: null } }
            const position = readPosition(text)
            return position
              ? { edit: { position } }
              : { wrong: 'Two numbers are needed, such as 59.9139, 10.7522' }
          }}
          {...form}
        >
          {(draft, setDraft, wrong) => (
            <TextInput
              label="Latitude, longitude, metres"
              value={draft}
              error={wrong}
              autoComplete="off"
              data-autofocus
              onChange={(event) => setDraft(event.currentTarget.value)}
            />
          )}
        </FieldForm>
      )
    case 'creator':
      return (
        <FieldForm
          start={(values.creator ?? []).join('; ')}
          read={(text) => {
            const names = text.split(';').map((name) => name.trim())
            const creator = names.filter((name) => name !== '')
            return { edit: { creator: creator.length > 0 ? creator : null } }
          }}
          {...form}
        >
          {(draft, setDraft) => (
            <TextInput
              label="Creator"
              description="Several: with a semicolon between them"
              value={draft}
              autoComplete="off"
              onChange={(event) => setDraft(event.currentTarget.value)}
            />
          )}
        </FieldForm>
      )
    case 'title':
    case 'copyright':
    case 'description':
      return (
        <FieldForm
          start={values[field] ?? ''}
          read={(text) => ({ edit: { [field]: text.trim() === '' ? null : text.trim() } })}
          {...form}
        >
          {(draft, setDraft) => {
            const Input = field === 'description' ? Textarea : TextInput
            return (
              <Input
                aria-label={fieldWords[field]}
                value={draft}
                maxLength={field === 'description' ? 32_768 : 1_024}
                autoComplete="off"
                {...(field === 'description' ? { rows: 5 } : {})}
                onChange={(event: { currentTarget: { value: string } }) =>
                  setDraft(event.currentTarget.value)
                }
              />
            )
          }}
        </FieldForm>
      )
    default:
      return null
  }
}

type CapturedEditorProps = Omit<FieldEditorProps, 'field' | 'values'> & {
  captured: CuratedValues['captured']
}

function CapturedEditor({ captured, ...form }: CapturedEditorProps) {
  const start = {
    local: captured?.local.slice(0, 19) ?? '',
    offset: captured?.offsetMinutes == null ? '' : offsetText(captured.offsetMinutes),
  }
  return (
    <FieldForm
      start={start}
      read={({ local, offset }) => {
        if (local === '') return { wrong: 'A date and a time are needed' }
        const offsetMinutes = readOffset(offset)
        if (offsetMinutes === undefined) return { wrong: 'The distance from UTC looks like +02:00' }
        return { edit: { captured: { local: local.length === 16 ? `${local}:00` : local, offsetMinutes } } }
      }}
      {...form}
    >
      {(draft, setDraft, wrong) => (
        <div className={styles.pair}>
          <TextInput
            type="datetime-local"
            step={1}
            min="1000-01-01T00:00"
            label="By the camera’s clock"
            value={draft.local}
            error={wrong}
            onChange={(event) => setDraft({ ...draft, local: event.currentTarget.value })}
          />
          <TextInput
            label="From UTC"
            placeholder="+02:00"
            value={draft.offset}
            autoComplete="off"
            onChange={(event) => setDraft({ ...draft, offset: event.currentTarget.value })}
          />
        </div>
      )}
    </FieldForm>
  )
}

function readPlace(draft: Place): { edit: Edit } {
  const orNull = (text: string | null) => (text === null || text.trim() === '' ? null : text.trim())
  const place = {
    location: orNull(draft.location),
    city: orNull(draft.city),
    state: orNull(draft.state),
    country: orNull(draft.country),
  }
  return { edit: { place: Object.values(place).every((part) => part === null) ? null : place } }
}
