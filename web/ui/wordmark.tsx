/** The hearth: an arch with one flame in it. */
export function Mark({ sizePx = 24 }: { sizePx?: number }) {
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M4 21V12a8 8 0 0 1 16 0v9" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M12 10.200c2.100 2 3.600 3.900 3.600 6.200a3.600 3.600 0 0 1-7.200 0c0-1.300.500-2.400 1.300-3.200.300.800.800 1.400 1.500 1.600-.200-1.600.100-3.200.800-4.600z"
        fill="var(--ember-fill)"
      />
    </svg>
  )
}

export function Wordmark() {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <Mark />
      <span style={{ fontSize: 18, fontWeight: 650, letterSpacing: '-0.015em' }}>Hearth</span>
    </span>
  )
}
