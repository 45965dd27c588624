import { IconPencil } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { AssetDetail } from '../../protocol/assets.ts'
import type { CurationField } from '../../protocol/curation.ts'
import { fieldWords, valueText, writeBackWords } from '../ui/curation-words.ts'
import styles from './curation-fields.module.css'
import { describeWhen } from './describe-shot.ts'

type FieldRowProps = {
  asset: AssetDetail
  field: CurationField
  isOpen: boolean
  onOpen: () => void
  /** The form, while it is open. */
  children: ReactNode
}

/** One thing that people may say about a picture: what it is now, who says so, and whether the sidecar does too. */
export function FieldRow({ asset, field, isOpen, onOpen, children }: FieldRowProps) {
  const text = valueText(field, asset.curation.values[field])
  const isEmpty = text === 'nothing'
  return (
    <div className={styles.row}>
      <div className={styles.line}>
        <h4>{fieldWords[field]}</h4>
        <button
          type="button"
          className={styles.edit}
          aria-expanded={isOpen}
          aria-label={`${isEmpty ? 'Add' : 'Edit'}: ${fieldWords[field]}`}
          onClick={onOpen}
        >
          {isEmpty ? 'Add' : <IconPencil size={17} stroke={1.7} />}
        </button>
      </div>
      {isOpen ? children : !isEmpty && <p className={styles.value}>{text}</p>}
      <Source asset={asset} field={field} isEmpty={isEmpty} />
    </div>
  )
}

function Source({ asset, field, isEmpty }: { asset: AssetDetail; field: CurationField; isEmpty: boolean }) {
  const { persons, writeBack } = asset.curation
  const person = persons.find((word) => word.field === field)
  if (person) {
    const state = writeBack && field !== 'favourite' ? writeBackWords[writeBack.state].word : 'Kept here only'
    return (
      <p className={styles.source} data-person="">
        {isEmpty ? 'emptied' : 'entered'} by {person.by ?? 'somebody'} · {state.toLowerCase()}
      </p>
    )
  }
  if (isEmpty) return null
  // Not every source of a time can be trusted alike, and these words say so.
  if (field === 'captured') return <p className={styles.source}>{describeWhen(asset).source}</p>
  const known = asset.metadata.find((metadata) => metadata.field === field)
  return known ? (
    <p className={styles.source}>
      from the {known.source === 'sidecar' ? 'sidecar' : known.source} · {known.detail}
    </p>
  ) : null
}
