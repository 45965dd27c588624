import { IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AssetFilter } from '../api/asset-filter.ts'
import { FilterChips } from '../ui/filter-chips.tsx'
import { Message } from '../ui/message.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { NamedThings } from './named-things.tsx'
import { ProgressNote } from './progress-note.tsx'
import { Results } from './results.tsx'
import styles from './search.module.css'
import { Suggestions } from './suggestions.tsx'

/** Pictures that somebody looks for: by what they show, by the texts about them, or only by filters. */
export function SearchPage() {
  const filter = useSearch({ from: '/app/gallery/search' })
  const navigate = useNavigate()
  const ask = (search: AssetFilter) => void navigate({ to: '/search', search })
  const words = filter.q ?? filter.text ?? ''
  const label = labelOf(filter)
  const isAsked = Object.values(filter).some((value) => value !== undefined)
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{isAsked ? label : 'Search'}</h1>
      <div className={styles.head}>
        <div className={styles.phoneField}>
          <SearchField
            value={words}
            autoFocus={!isAsked}
            onSearch={(text) => ask({ ...filter, q: text === '' ? undefined : text, text: undefined })}
          />
        </div>
        <div className={styles.line}>
          {words !== '' && <Where filter={filter} onChange={ask} />}
          <FilterChips filter={filter} onChange={ask} />
        </div>
        {words !== '' && <NamedThings filter={filter} />}
        {filter.q !== undefined && (
          <>
            <Suggestions filter={filter} />
            <ProgressNote of={{ kind: 'search', filter }} />
          </>
        )}
      </div>
      {isAsked ? (
        <Results of={{ kind: 'search', filter }} label={label} />
      ) : (
        <div className={styles.rest}>
          <Message icon={<IconSearch size={32} stroke={1.6} />} title="What are you looking for?">
            Say what is in the picture: a red boat, a birthday cake, snow at night. The filters above also
            work without a word.
          </Message>
        </div>
      )}
    </div>
  )
}

/** What is shown, for those who hear the page. */
function labelOf({ q, text, thing }: AssetFilter): string {
  const words = q ?? text
  const what = thing === undefined ? 'Pictures' : `Pictures with ${thing}`
  return words === undefined ? what : `${what} for “${words}”`
}

/** The same words can be looked for in what pictures show and in what is written about them. */
function Where({ filter, onChange }: { filter: AssetFilter; onChange: (filter: AssetFilter) => void }) {
  const words = filter.q ?? filter.text
  return (
    <fieldset className={styles.where}>
      <legend className="visually-hidden">Where to look</legend>
      <button
        type="button"
        aria-pressed={filter.q !== undefined}
        onClick={() => onChange({ ...filter, q: words, text: undefined })}
      >
        What it shows
      </button>
      <button
        type="button"
        aria-pressed={filter.text !== undefined}
        onClick={() => onChange({ ...filter, q: undefined, text: words })}
      >
        Names and texts
      </button>
    </fieldset>
  )
}
