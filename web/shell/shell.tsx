import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useLiveState, useServices } from '../api/services.ts'
import { Wordmark } from '../ui/wordmark.tsx'
import { AccountMenu } from './account-menu.tsx'
import { SearchBox } from './search-box.tsx'
import styles from './shell.module.css'
import { Tabs } from './tabs.tsx'

/** A short drop is nobody's business; a longer one explains why numbers stand still. */
const SAY_RECONNECTING_AFTER_MS = 2_000
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'))

/** Top bar, page, and on a phone the bar at the bottom. */
export function Shell() {
  const isViewing = useParams({ strict: false }).assetId !== undefined
  const [isSheetOpen, setSheetOpen] = useState(false)
  useLiveEvents()
  useQuestionMark(() => setSheetOpen(true))

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <header className={styles.top} inert={isViewing}>
        <Link to="/" className={styles.home} aria-label="Hearth, to your photos">
          <Wordmark />
        </Link>
        <Tabs className={styles.topTabs} only={['photos', 'understanding', 'dashboard']} />
        <SearchBox />
        <div className={styles.end}>
          <Reconnecting />
          <AccountMenu onShortcuts={() => setSheetOpen(true)} />
        </div>
      </header>
      <main id="page" className={styles.page} tabIndex={-1}>
        <Outlet />
      </main>
      <div className={styles.bottom} inert={isViewing}>
        <Tabs className={styles.bottomTabs} only={['photos', 'search', 'dashboard']} />
      </div>
      <Suspense>{isSheetOpen && <ShortcutSheet onClose={() => setSheetOpen(false)} />}</Suspense>
    </div>
  )
}

function Reconnecting() {
  const state = useLiveState()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (state !== 'reconnecting') return setLong(false)
    const timer = setTimeout(() => setLong(true), SAY_RECONNECTING_AFTER_MS)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <span role="status" className={styles.reconnecting} data-shown={isLong || undefined}>
      {isLong ? 'Reconnecting…' : ''}
    </span>
  )
}

function useLiveEvents(): void {
  const { live } = useServices()
  const queryClient = useQueryClient()
  useEffect(() => {
    let isFirst = true
    void live.open(() => {
      // The first answers are fresher than the connection; after a gap everything may have changed.
      if (!isFirst) void queryClient.invalidateQueries()
      isFirst = false
    })
    return () => live.close()
  }, [live, queryClient])
}

function useQuestionMark(onAsked: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
      if (event.key === '?' && !isTyping) onAsked()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [onAsked])
}
