import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import type { CurationField } from '../../protocol/curation.ts'
import type { WriteBackView } from '../../protocol/edits.ts'
import { fieldWords, valueText } from '../ui/curation-words.ts'
import type { Choice } from './use-write-back-actions.ts'
import styles from './write-backs.module.css'

type ConflictProps = {
  differences: NonNullable<WriteBackView['conflict']>
  isBusy: boolean
  onDecide: (fields: Partial<Record<CurationField, Choice>>) => void
}

const sides: Record<Choice, string> = { mine: 'Entered in Hearth', theirs: 'In the sidecar now' }

/** Both sides beside each other. Nothing is chosen beforehand: whoever decides has looked at each field. */
export function Conflict({ differences, isBusy, onDecide }: ConflictProps) {
  const [fields, setFields] = useState<Partial<Record<CurationField, Choice>>>({})
  const group = useId()
  const isDecided = differences.every(({ field }) => fields[field] !== undefined)
  const all = (choice: Choice) =>
    setFields(Object.fromEntries(differences.map(({ field }) => [field, choice])))
  return (
    <div className={styles.conflict}>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">
              <button type="button" onClick={() => all('mine')}>
                {sides.mine}
              </button>
            </th>
            <th scope="col">
              <button type="button" onClick={() => all('theirs')}>
                {sides.theirs}
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ field, mine, theirs }) => (
            <tr key={field}>
              <th scope="row">{fieldWords[field]}</th>
              {(
                [
                  ['mine', mine],
                  ['theirs', theirs],
                ] as const
              ).map(([choice, value]) => (
                <td key={choice}>
                  <label data-chosen={fields[field] === choice || undefined}>
                    <input
                      type="radio"
                      name={`${group} ${field}`}
                      aria-label={`${fieldWords[field]}, ${sides[choice]}: ${valueText(field, value)}`}
                      checked={fields[field] === choice}
                      onChange={() => setFields({ ...fields, [field]: choice })}
                    />
                    <span>{valueText(field, value)}</span>
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.decide}>
        <p>
          {isDecided
            ? 'What you chose is written; everything else in the sidecar stays as it is.'
            : 'Choose one side for each field.'}
        </p>
        <Button size="xs" disabled={!isDecided} loading={isBusy} onClick={() => onDecide(fields)}>
          Use what I chose
        </Button>
      </div>
    </div>
  )
}
