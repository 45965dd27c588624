import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { AssetDetail } from '../../protocol/assets.ts'
import type { CurationField, Edit } from '../../protocol/curation.ts'
import { useServices } from '../api/services.ts'
import { fieldWords, writeBackReason, writeBackWords } from '../ui/curation-words.ts'
import { Status } from '../ui/status-dot.tsx'
import styles from './curation-fields.module.css'
import { FieldEditor } from './field-editor.tsx'
import { FieldRow } from './field-row.tsx'

const fields = [
  'title',
  'description',
  'keywords',
  'captured',
  'place',
  'position',
  'creator',
  'copyright',
] as const

/** What people may say about the picture, and how far it has come on its way to the sidecar. */
export function CurationFields({ asset }: { asset: AssetDetail }) {
  const { curator } = useServices()
  const [open, setOpen] = useState<CurationField | null>(null)
  const { values, revision, writeBack } = asset.curation
  const close = () => setOpen(null)
  const save = (field: CurationField, edit: Edit) =>
    // While something of ours is on its way, the revision that we know is no longer the newest.
    curator.edit(fieldWords[field].toLowerCase(), [asset], edit, curator.isSaving ? undefined : revision)
  return (
    <section className={styles.fields} aria-label="What people say">
      {writeBack && (
        <div className={styles.state}>
          <Status tone={writeBackWords[writeBack.state].tone}>{writeBackWords[writeBack.state].word}</Status>
          <p>
            {writeBackReason(writeBack.state, writeBack.reason)}
            {needsSomebody.includes(writeBack.state) && (
              <>
                {' '}
                <Link to="/write-backs" search={{ state: writeBack.state }}>
                  See all of these
                </Link>
              </>
            )}
          </p>
        </div>
      )}
      {fields.map((field) => (
        <FieldRow
          key={field}
          asset={asset}
          field={field}
          isOpen={open === field}
          onOpen={() => setOpen(open === field ? null : field)}
        >
          <FieldEditor field={field} values={values} onSave={(edit) => save(field, edit)} onClose={close} />
        </FieldRow>
      ))}
      {values.regions && values.regions.length > 0 && (
        <div className={styles.row}>
          <h4>{fieldWords.regions}</h4>
          <ul className={styles.regions}>
            {values.regions.map(({ kind, name, box }, at) => (
              <li key={`${at} ${name}`}>
                {name}{' '}
                <small>
                  {kind}, {whereText(box)}
                </small>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

const needsSomebody: readonly string[] = ['failed', 'conflict', 'waiting_approval']

/** Where in the picture a box lies, for those who cannot see it. */
function whereText([x, y, width, height]: readonly [number, number, number, number]): string {
  const across = x + width / 2 < 1 / 3 ? 'left' : x + width / 2 > 2 / 3 ? 'right' : 'middle'
  const down = y + height / 2 < 1 / 3 ? 'top' : y + height / 2 > 2 / 3 ? 'bottom' : ''
  return [down, across].filter((word) => word !== '').join(' ')
}
