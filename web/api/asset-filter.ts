import { z } from 'zod'
import { LibraryId } from '../../protocol/ids.ts'
import { AssetKind } from '../../protocol/media.ts'

const text = z.coerce.string().trim().min(1)

const parts = {
  /** What is asked for, in words: pictures that mean it come first. */
  q: text.max(200),
  /** Part of a name, folder, title, description or keyword. */
  text: text.max(200),
  /** Something that was found or drawn in them, as it is called. */
  thing: text.max(1_024),
  kind: AssetKind,
  minRating: z.coerce.number().int().min(1).max(5),
  favourite: z.coerce.boolean().refine(Boolean),
  from: z.iso.date(),
  to: z.iso.date(),
  libraryId: LibraryId,
}

/** Which pictures are wanted, as it stands in the address of the page. */
export type AssetFilter = { [N in keyof typeof parts]?: z.infer<(typeof parts)[N]> | undefined }

/** What of an address is a filter; anything else in it is dropped without a word. */
export function parseAssetFilter(search: Record<string, unknown>): AssetFilter {
  const known = Object.entries(parts).flatMap(([name, part]) => {
    const value = search[name]
    if (value === undefined || value === false || value === 'false') return []
    const parsed = part.safeParse(value)
    return parsed.success ? [[name, parsed.data] as const] : []
  })
  return Object.fromEntries(known)
}

/** Whether anything is left out but by what is asked for in words. */
export function narrows({ q: _q, text: _text, ...rest }: AssetFilter): boolean {
  return Object.values(rest).some((value) => value !== undefined)
}
