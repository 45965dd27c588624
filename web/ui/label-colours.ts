import type { labelColours } from '../../protocol/curation.ts'

const colours: Record<string, string> = {
  red: '#d9412f',
  yellow: '#e8b321',
  green: '#3f9b57',
  blue: '#3b7dd8',
  purple: '#8b5cc7',
}

/** How a colour label is drawn; files may hold words that are no colour. */
export function labelColour(label: string): string {
  return colours[label.toLowerCase()] ?? '#a79f95'
}

/** The keys of the colours, in the order that Lightroom has made a habit. Purple has none there either. */
export const labelKeys: readonly { key: string; label: (typeof labelColours)[number] }[] = [
  { key: '6', label: 'Red' },
  { key: '7', label: 'Yellow' },
  { key: '8', label: 'Green' },
  { key: '9', label: 'Blue' },
]
