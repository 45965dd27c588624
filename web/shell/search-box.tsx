import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { parseAssetFilter } from '../api/asset-filter.ts'
import { isTyping } from '../ui/is-typing.ts'
import { SearchField } from '../ui/search-field.tsx'
import styles from './shell.module.css'

/** The search of the bar, on screens that have room for it. `/` leads to it, or to the page of searches. */
export function SearchBox() {
  const navigate = useNavigate()
  const search = useSearch({ strict: false })
  const isSearching = useLocation().pathname.startsWith('/search')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.defaultPrevented || isTyping(event)) return
      if (event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      const isHere = input.current?.checkVisibility() && !input.current.closest('[inert]')
      if (!isHere) void navigate({ to: '/search' })
      else {
        input.current?.focus()
        input.current?.select()
      }
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [navigate])

  // What narrows the pictures on the page stays; words about something else would not.
  const ask = (text: string) => {
    const { q: _q, text: _text, ...kept } = parseAssetFilter(isSearching ? search : {})
    void navigate({ to: '/search', search: text === '' ? kept : { ...kept, q: text } })
  }
  return (
    <div className={styles.search}>
      <SearchField
        value={isSearching ? (search.q ?? search.text ?? '') : ''}
        onSearch={ask}
        inputRef={input}
        hint="/"
      />
    </div>
  )
}
