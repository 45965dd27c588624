import { IconLasso, IconLayersIntersect, IconScan } from '@tabler/icons-react'
import styles from './detections.module.css'

type DetectionButtonsProps = {
  isShown: boolean
  onShown: (isShown: boolean) => void
  isPointing: boolean
  onPointing: (isPointing: boolean) => void
  onSimilar: () => void
}

/** In the bar of the viewer: what is in the picture, outlining more of it, and pictures like it. */
export function DetectionButtons(props: DetectionButtonsProps) {
  return (
    <>
      <button
        type="button"
        className={styles.tool}
        aria-label="What was found in the picture"
        title="What was found (O)"
        aria-pressed={props.isShown}
        onClick={() => props.onShown(!props.isShown)}
      >
        <IconScan size={22} stroke={1.7} />
      </button>
      <button
        type="button"
        className={styles.tool}
        aria-label="Outline something"
        title="Outline something by pointing at it (M)"
        aria-pressed={props.isPointing}
        onClick={() => props.onPointing(!props.isPointing)}
      >
        <IconLasso size={22} stroke={1.7} />
      </button>
      <button
        type="button"
        className={styles.tool}
        aria-label="Pictures like this one"
        title="Pictures like this one (S)"
        onClick={props.onSimilar}
      >
        <IconLayersIntersect size={22} stroke={1.7} />
      </button>
    </>
  )
}
