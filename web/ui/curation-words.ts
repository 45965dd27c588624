import type { CurationField } from '../../protocol/curation.ts'
import { CuratedValues, type WriteBackState } from '../../protocol/edits.ts'
import { formatLocal, formatOffset } from './format-when.ts'
import { keywordText } from './keyword-text.ts'
import { ratingWords } from './mark-words.ts'
import { positionText } from './read-position.ts'
import type { Tone } from './status-dot.tsx'

export const fieldWords: Record<CurationField, string> = {
  rating: 'Rating',
  label: 'Label',
  title: 'Title',
  description: 'Description',
  creator: 'Creator',
  copyright: 'Copyright',
  keywords: 'Keywords',
  captured: 'Taken',
  position: 'Coordinates',
  place: 'Place',
  regions: 'People and things',
  favourite: 'Favourite',
}

/** What a field holds, on one line; `nothing` where it is empty. */
export function valueText(field: CurationField, value: unknown): string {
  const read = CuratedValues.shape[field].safeParse(value)
  if (!read.success || read.data === null || read.data === '') return 'nothing'
  const values = { [field]: read.data } as Partial<CuratedValues>
  if (values.rating !== undefined) return ratingWords(values.rating)
  if (values.favourite !== undefined) return values.favourite ? 'yes' : 'no'
  if (values.creator) return values.creator.join('; ') || 'nothing'
  if (values.keywords) return values.keywords.map(keywordText).join(', ') || 'nothing'
  if (values.captured) return whenText(values.captured)
  if (values.position) return positionText(values.position)
  if (values.place) return placeText(values.place) || 'nothing'
  if (values.regions) return values.regions.map(({ name }) => name).join(', ') || 'nothing'
  return String(read.data)
}

/** `Vigeland park, Oslo, Norway` */
export function placeText({ location, city, state, country }: NonNullable<CuratedValues['place']>): string {
  return [location, city, state, country].filter((part) => part !== null).join(', ')
}

export function whenText({ local, offsetMinutes }: NonNullable<CuratedValues['captured']>): string {
  const seconds = local.slice(16, 19)
  return `${formatLocal(local)}${seconds}${offsetMinutes === null ? '' : ` ${formatOffset(offsetMinutes)}`}`
}

/** The states of a write-back for people, and whether somebody should look. */
export const writeBackWords: Record<WriteBackState, { word: string; tone: Tone; text: string }> = {
  pending: { word: 'On its way', tone: 'busy', text: 'It will be written to the sidecar.' },
  waiting_approval: {
    word: 'Waiting for approval',
    tone: 'warn',
    text: 'An administrator has to let it be written.',
  },
  written: { word: 'Written', tone: 'good', text: 'The sidecar says it; it was read back.' },
  failed: { word: 'Not written', tone: 'bad', text: 'It is kept in Hearth and could not be written.' },
  conflict: {
    word: 'Conflict',
    tone: 'warn',
    text: 'Another program has changed the sidecar meanwhile. Nothing was overwritten; somebody has to choose.',
  },
  kept_here: { word: 'Kept here only', tone: 'quiet', text: 'It is kept in Hearth and no file is written.' },
}

const reasons: Record<string, string> = {
  library_off: 'Writing sidecars is off for this library.',
  undone: 'The sidecar from before was put back.',
  not_allowed: 'The computer with the pictures does not allow it: its own settings say so.',
  read_only: 'The folder can only be read. Nothing can be written beside its pictures.',
  malformed:
    'The sidecar that lies there cannot be understood, so it was left alone. Mend or remove it, then try again.',
  foreign: 'Every name that its sidecar could have belongs to another picture.',
  picture_missing: 'None of its files is there at the moment. Try again when they are back.',
  not_verified: 'What was written did not read back the same, so the sidecar from before was kept.',
  changed_outside: 'Another program has changed the sidecar meanwhile. Nothing was overwritten.',
  cancelled: 'Its job was cancelled. Try again to have it written.',
  disk_full: 'The disk is full. Make room, then try again.',
  library_offline: 'The folder could not be reached.',
  timed_out: 'It took too long.',
  quarantined: 'The computer stopped while writing it, again and again.',
}

/** Why a write-back is as it is: what is known about the reason, else what the state means. */
export function writeBackReason(state: WriteBackState, reason: string | null): string {
  return (reason === null ? undefined : reasons[reason]) ?? writeBackWords[state].text
}
