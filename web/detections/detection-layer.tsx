import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { assetQuery } from '../api/queries.ts'
import { SlotFill } from '../ui/slot.tsx'
import { useViewerMode } from '../ui/viewer-mode.ts'
import { DetectionButtons } from './detection-buttons.tsx'
import { FoundNote } from './found-note.tsx'
import { Overlays } from './overlays.tsx'
import { Pointing } from './pointing.tsx'
import { useDetectionKeys } from './use-detection-keys.ts'

/** What models and people see in the picture of the viewer, over it; and how more is drawn. */
export function DetectionLayer() {
  const { assetId } = useParams({ strict: false })
  const id = Number(assetId)
  const isViewing = assetId !== undefined && id > 0
  const asset = useQuery({ ...assetQuery(id), enabled: isViewing }).data
  return isViewing && asset?.kind === 'image' && asset.thumbhash !== null ? (
    <OfPicture key={id} assetId={id} heightShare={asset.heightPx / asset.widthPx} />
  ) : null
}

function OfPicture({ assetId, heightShare }: { assetId: number; heightShare: number }) {
  const navigate = useNavigate()
  const [isShown, setShown] = useLocalStorage({
    key: 'hearth-overlays',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const [withRejected, setWithRejected] = useState(false)
  const [isPointing, setPointing] = useViewerMode('pointing')
  const showSimilar = () => void navigate({ to: '/similar/$likeId', params: { likeId: String(assetId) } })
  useDetectionKeys({
    onShown: () => setShown(!isShown),
    onPointing: () => setPointing(!isPointing),
    onSimilar: showSimilar,
  })
  return (
    <>
      <SlotFill name="viewer-actions">
        <DetectionButtons
          isShown={isShown}
          onShown={setShown}
          isPointing={isPointing}
          onPointing={setPointing}
          onSimilar={showSimilar}
        />
      </SlotFill>
      {isShown && !isPointing && (
        <>
          <SlotFill name="viewer-overlay">
            <Overlays assetId={assetId} heightShare={heightShare} withRejected={withRejected} />
          </SlotFill>
          <SlotFill name="viewer-notes">
            <FoundNote assetId={assetId} withRejected={withRejected} onRejected={setWithRejected} />
          </SlotFill>
        </>
      )}
      {isPointing && (
        <Pointing
          assetId={assetId}
          heightShare={heightShare}
          onKept={() => setShown(true)}
          onLeave={() => setPointing(false)}
        />
      )}
    </>
  )
}
