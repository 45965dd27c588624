const HOUR_MS = 3_600_000
const REGULAR_MS = 24 * HOUR_MS
/** After damage was found: somebody may have mended it. */
const DAMAGED_MS = HOUR_MS
/** So long a busy database may put it off. */
const LATEST_MS = 7 * 24 * HOUR_MS
/** What the coordinators write by themselves is far less. */
const QUIET_WAL_BYTES = 1e6

export type CheckMoment = {
  /** Milliseconds since 1970; null: there was none yet. */
  lastCheckAt: number | null
  isDamaged: boolean
  /** Jobs that agents hold. */
  leased: number
  /** Written in the last minute; null: not known yet. */
  walBytes: number | null
}

/** Whether now is the moment to look for damage: at most daily, and while nobody works on the database. */
export function isCheckDue(
  { lastCheckAt, isDamaged, leased, walBytes }: CheckMoment,
  nowMs: number,
): boolean {
  // A time in the future is of a clock that was wrong.
  const ageMs = lastCheckAt === null || lastCheckAt > nowMs ? REGULAR_MS : nowMs - lastCheckAt
  if (ageMs >= LATEST_MS) return true
  const isQuiet = leased === 0 && walBytes !== null && walBytes < QUIET_WAL_BYTES
  return isQuiet && ageMs >= (isDamaged ? DAMAGED_MS : REGULAR_MS)
}
