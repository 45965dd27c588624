import { useLocalStorage } from '@mantine/hooks'
import { lazy, Suspense, useState } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import { useNeighbours } from '../api/use-neighbours.ts'
import { bucketOf } from '../ui/format-when.ts'
import { sayDone } from '../ui/say-done.ts'
import { SlotFill } from '../ui/slot.tsx'
import styles from './curation.module.css'
import type { BulkForm } from './edit-dialog.tsx'
import type { MarkCommand } from './mark-command.ts'
import { SelectionBar } from './selection-bar.tsx'
import { useCullingKeys } from './use-culling-keys.ts'
import { useMark } from './use-mark.ts'
import { useMarkViewed } from './use-mark-viewed.ts'
import { useTargets } from './use-targets.ts'
import { useUndo } from './use-undo.ts'
import { ViewerTools } from './viewer-tools.tsx'

// The first page is small: these come when somebody asks for them.
const EditDialog = lazy(async () => ({ default: (await import('./edit-dialog.tsx')).EditDialog }))
const CompareView = lazy(async () => ({ default: (await import('./compare-view.tsx')).CompareView }))

/** Everything with which pictures are judged: keys, the bar of what is chosen, the marks below the viewer. */
export function CurationLayer() {
  const { selection } = useServices()
  const targets = useTargets()
  const mark = useMark()
  const { undo, redo } = useUndo()
  const [advances, setAdvances] = useLocalStorage({
    key: 'hearth-auto-advance',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const markViewed = useMarkViewed(advances)
  const [form, setForm] = useState<BulkForm | null>(null)
  const [pair, setPair] = useState<readonly [AssetTile, AssetTile] | null>(null)
  const [viewed] = targets.where === 'viewer' ? targets.tiles() : []
  const { older } = useNeighbours(viewed ? bucketOf(viewed.capturedLocal) : null, viewed?.id ?? 0)

  const onMark = (command: MarkCommand) => {
    if (targets.where === 'viewer') return void markViewed(command)
    const tiles = targets.tiles()
    if (tiles.length === 0) return
    mark(command, tiles)
    if (advances && targets.where === 'focus') selection.advance()
  }
  const compare = () => {
    const [one, two = older] = targets.tiles()
    if (one && two && targets.count <= 2) setPair([one, two])
    else sayDone('To compare, select two pictures.')
  }
  const changeAdvances = (next: boolean) => {
    setAdvances(next)
    sayDone(next ? 'After each mark the next picture follows.' : 'The picture stays after a mark.')
  }
  useCullingKeys({
    isOff: pair !== null,
    onMark,
    onUndo: undo,
    onRedo: redo,
    onCompare: compare,
    onAdvances: () => changeAdvances(!advances),
    onClear: targets.where === 'selection' ? () => selection.clear() : undefined,
  })

  return (
    <>
      <SlotFill name="viewer-tools">
        {viewed && (
          <ViewerTools tile={viewed} advances={advances} onAdvances={changeAdvances} onMark={onMark} />
        )}
      </SlotFill>
      <SlotFill name="timeline-tools">
        {targets.where === 'selection' && (
          <SelectionBar targets={targets} onMark={onMark} onForm={setForm} onCompare={compare} />
        )}
        {targets.where === 'focus' && (
          <p className={styles.hint}>
            Keys change <strong>1 picture</strong>
            <span> · ? shows them all</span>
          </p>
        )}
      </SlotFill>
      <Suspense>
        {form && <EditDialog form={form} tiles={targets.tiles()} onClose={() => setForm(null)} />}
        {pair && <CompareView pair={pair} onClose={() => setPair(null)} />}
      </Suspense>
    </>
  )
}
