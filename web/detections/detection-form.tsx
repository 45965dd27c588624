import { Button } from '@mantine/core'
import { IconCheck, IconTrash, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { DetectionView } from '../../protocol/detections.ts'
import { detectionName, sureWords } from './describe-detection.ts'
import styles from './detections.module.css'
import { LabelField } from './label-field.tsx'
import { useDetectionActions } from './use-detection-actions.tsx'

/** What a person says of one thing: it is right, it is wrong, or it is something else. */
export function DetectionForm({ detection, onDone }: { detection: DetectionView; onDone: () => void }) {
  const { judge, rename, remove } = useDetectionActions(detection.assetId)
  const isUnnamed = detection.kind === 'face' && detection.label === 'face'
  const [label, setLabel] = useState(isUnnamed ? '' : detection.label)
  const { review } = detection
  const does = (action: () => unknown) => () => {
    onDone()
    void action()
  }
  const isChanged = label.trim() !== '' && label.trim() !== detection.label
  return (
    <div className={styles.form}>
      <p className={styles.formHead}>
        <strong>{detectionName(detection)}</strong>
        <small>{sureWords(detection)}</small>
      </p>
      {review === 'drawn' ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={15} stroke={1.8} />}
          onClick={does(() => remove(detection))}
        >
          Take away
        </Button>
      ) : (
        <div className={styles.judge}>
          <Button
            size="xs"
            variant={review === 'confirmed' ? 'filled' : 'default'}
            aria-pressed={review === 'confirmed'}
            leftSection={<IconCheck size={15} stroke={2} />}
            onClick={does(() => judge(detection, review === 'confirmed' ? 'proposed' : 'confirmed'))}
          >
            Right
          </Button>
          <Button
            size="xs"
            variant={review === 'rejected' ? 'filled' : 'default'}
            aria-pressed={review === 'rejected'}
            leftSection={<IconX size={15} stroke={2} />}
            onClick={does(() => judge(detection, review === 'rejected' ? 'proposed' : 'rejected'))}
          >
            Wrong
          </Button>
        </div>
      )}
      {!isUnnamed && review !== 'rejected' && (
        <Link to="/search" search={{ thing: detection.label }} className={styles.others}>
          All pictures with {detection.label}
        </Link>
      )}
      <form
        className={styles.rename}
        onSubmit={(event) => {
          event.preventDefault()
          if (isChanged) does(() => rename(detection, label.trim()))()
        }}
      >
        <LabelField
          label={isUnnamed ? 'Who is it?' : 'It is'}
          kind={detection.kind}
          value={label}
          onChange={setLabel}
        />
        <Button size="xs" type="submit" disabled={!isChanged}>
          Save
        </Button>
      </form>
    </div>
  )
}
