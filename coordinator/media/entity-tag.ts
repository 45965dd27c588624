/** A strong entity tag: the bytes are those of this hash. */
export function entityTag(contentHash: string): string {
  return `"${contentHash}"`
}

/** Whether an `If-None-Match` names this tag; weak comparison, as RFC 9110 says for it. */
export function isNoneMatch(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((entry) => {
    const candidate = entry.trim()
    return candidate === '*' || candidate === tag || candidate === `W/${tag}`
  })
}

/** Whether a `Range` may be answered: without `If-Range`, or when it names exactly this strong tag. */
export function isRangeCurrent(ifRange: string | undefined, tag: string | undefined): boolean {
  return ifRange === undefined || ifRange.trim() === tag
}
