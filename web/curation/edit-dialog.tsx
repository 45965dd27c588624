import { Modal } from '@mantine/core'
import type { AssetTile } from '../../protocol/assets.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import { useServices } from '../api/services.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { DescribeForm } from './describe-form.tsx'
import { KeywordsForm } from './keywords-form.tsx'
import { PlaceForm } from './place-form.tsx'
import { TimeForm } from './time-form.tsx'

export type BulkForm = 'keywords' | 'describe' | 'time' | 'place'
/** @property onSave what it does, in words, and the edit itself */
export type BulkFormProps = {
  tiles: readonly AssetTile[]
  onSave: (what: string, edit: BulkEdit) => void
  onClose: () => void
}

const forms = { keywords: KeywordsForm, describe: DescribeForm, time: TimeForm, place: PlaceForm }
const titles: Record<BulkForm, string> = {
  keywords: 'Keywords of',
  describe: 'Describe',
  time: 'Shift the time of',
  place: 'Place of',
}

/** One question about all pictures that are chosen. */
export function EditDialog({
  form,
  tiles,
  onClose,
}: {
  form: BulkForm
  tiles: readonly AssetTile[]
  onClose: () => void
}) {
  const { curator } = useServices()
  const Form = forms[form]
  const to = countOf(tiles.length, 'picture')
  const save = (what: string, edit: BulkEdit) => {
    onClose()
    void curator.edit(what, tiles, edit).then((isSaved) => {
      if (isSaved) sayDone(`${to}: ${what}. Ctrl Z takes it back.`)
    })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${titles[form]} ${to}`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Form tiles={tiles} onSave={save} onClose={onClose} />
    </Modal>
  )
}
