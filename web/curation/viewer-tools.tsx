import { IconPlayerTrackNext } from '@tabler/icons-react'
import type { AssetTile } from '../../protocol/assets.ts'
import styles from './curation.module.css'
import type { MarkCommand } from './mark-command.ts'
import { MarkControls } from './mark-controls.tsx'
import { SavingNote } from './saving-note.tsx'

type ViewerToolsProps = {
  tile: AssetTile
  advances: boolean
  onAdvances: (advances: boolean) => void
  onMark: (command: MarkCommand) => void
}

/** Below the picture: what is thought of it, and what the keys would change. */
export function ViewerTools({ tile, advances, onAdvances, onMark }: ViewerToolsProps) {
  return (
    <div className={styles.viewerTools} data-look="dark">
      <p className={styles.count}>
        <span className={styles.countNumber}>1 picture</span> <SavingNote />
      </p>
      <MarkControls tiles={[tile]} onMark={onMark} />
      <button
        type="button"
        className={styles.advance}
        aria-pressed={advances}
        title="After each mark, go on to the next picture (A)"
        onClick={() => onAdvances(!advances)}
      >
        <IconPlayerTrackNext size={18} stroke={1.7} aria-hidden="true" />
        <span>Go on</span>
      </button>
    </div>
  )
}
