import { Popover } from '@mantine/core'
import { IconCalendar, IconChevronDown, IconHeart, IconHeartFilled, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { AssetFilter } from '../api/asset-filter.ts'
import { narrows } from '../api/asset-filter.ts'
import { librariesQuery } from '../api/queries.ts'
import styles from './filter-chips.module.css'

type FilterChipsProps = { filter: AssetFilter; onChange: (filter: AssetFilter) => void }

const kindWords = { image: 'Photos', video: 'Videos' } as const

/** Which of the pictures are wanted; each chip says what it leaves in. */
export function FilterChips({ filter, onChange }: FilterChipsProps) {
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const change = (part: AssetFilter) => onChange({ ...filter, ...part })
  return (
    <fieldset className={styles.chips}>
      <legend className="visually-hidden">Which pictures</legend>
      {filter.thing !== undefined && (
        <button
          type="button"
          className={styles.chip}
          data-set
          aria-label={`With ${filter.thing}: take this filter away`}
          onClick={() => change({ thing: undefined })}
        >
          With {filter.thing}
          <IconX size={14} stroke={2} aria-hidden="true" />
        </button>
      )}
      <Choice
        label="Photos or videos"
        value={filter.kind ?? ''}
        options={[['', 'Photos and videos'], ...Object.entries(kindWords)]}
        onChange={(kind) => change({ kind: kind === 'image' || kind === 'video' ? kind : undefined })}
      />
      <Choice
        label="Stars"
        value={String(filter.minRating ?? '')}
        options={[
          ['', 'Any stars'],
          ...[1, 2, 3, 4].map(
            (stars) => [String(stars), `${stars}+ ${stars === 1 ? 'star' : 'stars'}`] as const,
          ),
          ['5', '5 stars'],
        ]}
        onChange={(stars) => change({ minRating: stars === '' ? undefined : Number(stars) })}
      />
      <button
        type="button"
        className={styles.chip}
        aria-pressed={filter.favourite === true}
        onClick={() => change({ favourite: filter.favourite ? undefined : true })}
      >
        {filter.favourite ? <IconHeartFilled size={15} /> : <IconHeart size={15} stroke={1.8} />}
        Favourites
      </button>
      <Days filter={filter} onChange={change} />
      {libraries.length > 1 && (
        <Choice
          label="Library"
          value={String(filter.libraryId ?? '')}
          options={[['', 'Every library'], ...libraries.map(({ id, name }) => [String(id), name] as const)]}
          onChange={(id) => change({ libraryId: id === '' ? undefined : Number(id) })}
        />
      )}
      {narrows(filter) && (
        <button
          type="button"
          className={styles.clear}
          onClick={() => onChange({ q: filter.q, text: filter.text })}
        >
          Clear
        </button>
      )}
    </fieldset>
  )
}

type ChoiceProps = {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}

/** The browser's own list: it fits every screen and every way of using one. */
function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <span className={styles.choice} data-set={value !== '' || undefined}>
      <select
        aria-label={label}
        className={styles.chip}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map(([option, word]) => (
          <option key={option} value={option}>
            {word}
          </option>
        ))}
      </select>
      <IconChevronDown size={14} stroke={2} aria-hidden="true" />
    </span>
  )
}

function Days({ filter: { from, to }, onChange }: FilterChipsProps) {
  const isSet = from !== undefined || to !== undefined
  const words = from && to ? `${from} to ${to}` : from ? `Since ${from}` : to ? `Until ${to}` : 'Any day'
  return (
    <Popover position="bottom-start" shadow="md" radius="md" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={styles.chip}
          data-set={isSet || undefined}
          aria-label={`Days: ${words}`}
        >
          <IconCalendar size={15} stroke={1.8} aria-hidden="true" />
          {words}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.days}>
          <label>
            First day
            <input
              type="date"
              value={from ?? ''}
              max={to}
              onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
            />
          </label>
          <label>
            Last day
            <input
              type="date"
              value={to ?? ''}
              min={from}
              onChange={(event) => onChange({ to: event.currentTarget.value || undefined })}
            />
          </label>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
