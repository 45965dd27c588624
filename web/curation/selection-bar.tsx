import {
  IconArrowBackUp,
  IconClock,
  IconColumns2,
  IconMapPin,
  IconPencil,
  IconTags,
  IconX,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useServices } from '../api/services.ts'
import { countOf } from '../ui/format-amount.ts'
import styles from './curation.module.css'
import type { BulkForm } from './edit-dialog.tsx'
import type { MarkCommand } from './mark-command.ts'
import { MarkControls } from './mark-controls.tsx'
import { SavingNote } from './saving-note.tsx'
import type { Targets } from './use-targets.ts'
import { useUndo } from './use-undo.ts'

type SelectionBarProps = {
  targets: Targets
  onMark: (command: MarkCommand) => void
  onForm: (form: BulkForm) => void
  onCompare: () => void
}

/** How many pictures are chosen, and what can be done with all of them. */
export function SelectionBar({ targets, onMark, onForm, onCompare }: SelectionBarProps) {
  const { selection, curator } = useServices()
  const { undo } = useUndo()
  const tiles = targets.tiles()
  return (
    <section className={styles.bar} aria-label="Selection">
      <div className={styles.barHead}>
        <button
          type="button"
          className={styles.icon}
          onClick={() => selection.clear()}
          aria-label="Select nothing"
          title="Select nothing (Esc)"
        >
          <IconX size={20} stroke={1.7} />
        </button>
        <p className={styles.count}>
          <span className={styles.countNumber} role="status">
            {countOf(targets.count, 'picture')} selected
          </span>
          <small>
            {targets.count === 1 ? 'Keys change this one.' : 'Keys change all of them.'} <SavingNote />
          </small>
        </p>
      </div>
      <MarkControls tiles={tiles} onMark={onMark} />
      <div className={styles.actions}>
        <Action
          icon={<IconTags size={19} stroke={1.7} />}
          word="Keywords"
          onClick={() => onForm('keywords')}
        />
        <Action
          icon={<IconPencil size={19} stroke={1.7} />}
          word="Describe"
          onClick={() => onForm('describe')}
        />
        <Action icon={<IconClock size={19} stroke={1.7} />} word="Time" onClick={() => onForm('time')} />
        <Action icon={<IconMapPin size={19} stroke={1.7} />} word="Place" onClick={() => onForm('place')} />
        {targets.count === 2 && (
          <Action icon={<IconColumns2 size={19} stroke={1.7} />} word="Compare" onClick={onCompare} />
        )}
        {curator.nextUndo && (
          <Action icon={<IconArrowBackUp size={19} stroke={1.7} />} word="Undo" onClick={undo} />
        )}
      </div>
    </section>
  )
}

function Action({ icon, word, onClick }: { icon: ReactNode; word: string; onClick: () => void }) {
  return (
    <button type="button" className={styles.action} onClick={onClick}>
      <span aria-hidden="true">{icon}</span>
      {word}
    </button>
  )
}
