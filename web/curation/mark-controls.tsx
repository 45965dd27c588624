import { IconBan, IconHeart, IconHeartFilled, IconStar, IconStarFilled } from '@tabler/icons-react'
import { labelColours } from '../../protocol/curation.ts'
import { countOf } from '../ui/format-amount.ts'
import { labelColour, labelKeys } from '../ui/label-colours.ts'
import { ratingWords } from '../ui/mark-words.ts'
import styles from './curation.module.css'
import type { MarkCommand, Marked } from './mark-command.ts'

type MarkControlsProps = { tiles: readonly Marked[]; onMark: (command: MarkCommand) => void }

/** Stars, rejection, colours and the heart, as buttons: what all of the pictures have in common is lit. */
export function MarkControls({ tiles, onMark }: MarkControlsProps) {
  const first = tiles[0]
  const rating = first && tiles.every((tile) => tile.rating === first.rating) ? first.rating : null
  const label = first && tiles.every((tile) => tile.label === first.label) ? first.label : null
  const isFavourite = tiles.length > 0 && tiles.every(({ favourite }) => favourite)
  const to = countOf(tiles.length, 'picture')
  return (
    <div className={styles.marks}>
      <span className={styles.group}>
        {[1, 2, 3, 4, 5].map((stars) => (
          <button
            key={stars}
            type="button"
            className={styles.star}
            aria-pressed={rating === stars}
            aria-label={`${ratingWords(stars)}: ${to}`}
            title={`${ratingWords(stars)} (${stars})`}
            onClick={() => onMark({ type: 'rate', rating: rating === stars ? 0 : stars })}
          >
            {(rating ?? 0) >= stars ? <IconStarFilled size={20} /> : <IconStar size={20} stroke={1.6} />}
          </button>
        ))}
      </span>
      <button
        type="button"
        className={styles.reject}
        aria-pressed={rating === -1}
        aria-label={`Reject: ${to}. Nothing is deleted`}
        title="Reject (X): marks only, nothing is deleted"
        onClick={() => onMark({ type: 'rate', rating: rating === -1 ? null : -1 })}
      >
        <IconBan size={19} stroke={1.8} aria-hidden="true" />
        <span>{rating === -1 ? 'Rejected' : 'Reject'}</span>
      </button>
      <span className={styles.group}>
        {labelColours.map((colour) => (
          <button
            key={colour}
            type="button"
            className={styles.colour}
            aria-pressed={label === colour}
            aria-label={`Label ${colour.toLowerCase()}: ${to}`}
            title={`${colour}${keyOf(colour)}`}
            onClick={() => onMark({ type: 'label', label: colour })}
          >
            <i style={{ background: labelColour(colour) }} />
          </button>
        ))}
      </span>
      <button
        type="button"
        className={styles.heart}
        aria-pressed={isFavourite}
        aria-label={`Favourite: ${to}`}
        title="Favourite (F)"
        onClick={() => onMark({ type: 'favourite' })}
      >
        {isFavourite ? <IconHeartFilled size={20} /> : <IconHeart size={20} stroke={1.6} />}
      </button>
    </div>
  )
}

function keyOf(colour: string): string {
  const known = labelKeys.find(({ label }) => label === colour)
  return known ? ` (${known.key})` : ''
}
