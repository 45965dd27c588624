const LONGEST = 500

/** One line of what went wrong, for a person. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\s+/g, ' ').trim().slice(0, LONGEST)
}
