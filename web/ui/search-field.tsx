import { IconSearch, IconX } from '@tabler/icons-react'
import { type RefObject, useEffect, useState } from 'react'
import styles from './search-field.module.css'

type SearchFieldProps = {
  /** What is asked for now; typing begins with it. */
  value: string
  onSearch: (text: string) => void
  inputRef?: RefObject<HTMLInputElement | null>
  /** A key that leads here, shown while the field is empty. */
  hint?: string
  autoFocus?: boolean
}

/** One line for what somebody looks for; asked when Enter is pressed. */
export function SearchField({ value, onSearch, inputRef, hint, autoFocus }: SearchFieldProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <search className={styles.search}>
      <form
        className={styles.field}
        onSubmit={(event) => {
          event.preventDefault()
          onSearch(text.trim())
        }}
      >
        <IconSearch size={18} stroke={1.7} aria-hidden="true" />
        <input
          ref={inputRef}
          type="search"
          aria-label="Search your pictures"
          placeholder="Search your pictures"
          value={text}
          maxLength={200}
          enterKeyHint="search"
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: on a page whose only purpose is this field
          autoFocus={autoFocus}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            setText(value)
            event.currentTarget.blur()
          }}
        />
        {text === '' && hint && <span className={styles.hint}>{hint}</span>}
        {text !== '' && (
          <button
            type="button"
            aria-label="Empty the search"
            onClick={() => {
              setText('')
              onSearch('')
            }}
          >
            <IconX size={16} stroke={2} />
          </button>
        )}
      </form>
    </search>
  )
}
