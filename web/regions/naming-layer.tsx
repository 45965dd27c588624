import { IconUserSquareRounded } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { AssetDetail } from '../../protocol/assets.ts'
import { assetQuery } from '../api/queries.ts'
import { isTyping } from '../ui/is-typing.ts'
import { SlotFill } from '../ui/slot.tsx'
import { useViewerMode } from '../ui/viewer-mode.ts'
import { Naming } from './naming.tsx'
import styles from './regions.module.css'

/** Who and what is where in the picture of the viewer, as people say it. */
export function NamingLayer() {
  const { assetId } = useParams({ strict: false })
  const id = Number(assetId)
  const isViewing = assetId !== undefined && id > 0
  const asset = useQuery({ ...assetQuery(id), enabled: isViewing }).data
  return isViewing && asset?.kind === 'image' && asset.thumbhash !== null ? (
    <OfPicture key={id} asset={asset} />
  ) : null
}

function OfPicture({ asset }: { asset: AssetDetail }) {
  const [isNaming, setNaming] = useViewerMode('naming')
  useNamingKey(() => setNaming(!isNaming))
  return (
    <>
      <SlotFill name="viewer-actions">
        <button
          type="button"
          className={styles.tool}
          aria-label="Name people and things"
          title="Name people and things (N)"
          aria-pressed={isNaming}
          onClick={() => setNaming(!isNaming)}
        >
          <IconUserSquareRounded size={22} stroke={1.7} />
        </button>
      </SlotFill>
      {isNaming && <Naming asset={asset} onLeave={() => setNaming(false)} />}
    </>
  )
}

function useNamingKey(onNaming: () => void): void {
  const latest = useRef(onNaming)
  latest.current = onNaming
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (event.defaultPrevented || isTyping(event) || event.key.toLowerCase() !== 'n') return
      latest.current()
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}
