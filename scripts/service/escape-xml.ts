import { requirePlain } from './fill-template.ts'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text between two tags. */
export function escapeXml(text: string): string {
  return requirePlain(text).replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
