/** The server's reasons stand in lists and alone: here they begin and end as sentences do. */
export function asSentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(upper) ? upper : `${upper}.`
}
