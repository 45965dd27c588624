/**
 * A text as the `LIKE` patterns that find it anywhere in a name.
 *
 * Names on disks come composed (NFC) and decomposed (NFD, from Macs): both are looked for.
 */
export function namePatterns(text: string): string[] {
  return distinct([text, text.normalize('NFC'), text.normalize('NFD')]).map((form) => `%${escapeLike(form)}%`)
}

/**
 * The same for folder paths, which are bytes and perhaps not UTF-8: the patterns fit Postgres's
 * `encode(path, 'escape')`, where each byte above 127 is `\ooo`. ILIKE folds ASCII there; of other letters
 * the usual ways to write a word are tried.
 */
export function folderPatterns(text: string): string[] {
  const spellings = [text, text.toLowerCase(), text.toUpperCase(), capitalised(text)]
  const forms = spellings.flatMap((spelling) => [
    spelling,
    spelling.normalize('NFC'),
    spelling.normalize('NFD'),
  ])
  return distinct(forms.map(escapeBytes)).map((form) => `%${escapeLike(form)}%`)
}

/** What means something in a LIKE pattern stands for itself. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** Postgres's `escape` form of bytea. */
function escapeBytes(text: string): string {
  let escaped = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte === 0x5c) escaped += '\\\\'
    else if (byte === 0 || byte > 127) escaped += `\\${byte.toString(8).padStart(3, '0')}`
    else escaped += String.fromCharCode(byte)
  }
  return escaped
}

function capitalised(text: string): string {
  return text
    .toLowerCase()
    .replace(
      /(^|[^\p{L}\p{M}])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    )
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
