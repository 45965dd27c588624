type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

/**
 * Tags of the first file in an answer of ExifTool's `-json`; undefined when it says nothing.
 *
 * ExifTool writes texts that look like numbers as numbers. One that would come out as another text stays as it was
 * written: a title `1.10` is not `1.1`.
 */
export function parseTags(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined
  const parsed: unknown = JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown)
  const first: unknown = Array.isArray(parsed) ? parsed[0] : undefined
  return typeof first === 'object' && first !== null ? Object.fromEntries(Object.entries(first)) : undefined
}

const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && String(value) !== source ? source : value
