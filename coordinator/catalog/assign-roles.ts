import { type FileFamily, fileExtension, fileFormat } from '../../protocol/file-formats.ts'
import type { AssetKind, FileRole } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'

/** One file of an asset before it has a role. */
export type Member = {
  name: PathName
  family: FileFamily
  keyword: 'cover' | 'original' | null
  /** Its name says that it was made from the asset's own files. */
  isDerived: boolean
}

export type RoleAssignment = { files: { name: PathName; role: FileRole }[]; cover: PathName }

/** What a camera or phone writes as the finished picture, best first; the rest comes from programs. */
const cameraFormats = ['heic', 'heif', 'jpeg']
const otherFormats = ['avif', 'tiff', 'png', 'webp', 'jxl', 'psd', 'bmp', 'gif']
const videoFormats = ['mts', 'mov', 'avi', '3gp', '3g2', 'mp4', 'mpeg', 'wmv', 'm4v', 'mkv', 'webm']

/**
 * Gives each file of one asset its role, and chooses the cover.
 *
 * The sidecar comes first, then what the name states (`.COVER`, `.ORIGINAL`, a derivative's suffix), then
 * the format. RAW files and a still's movie are originals. Of the finished pictures the camera's own is the
 * cover beside a RAW or a video and the original without; all further ones are exports.
 *
 * @param members at least one of them neither sidecar nor derived; in any order
 */
export function assignRoles(members: readonly Member[], kind: AssetKind): RoleAssignment {
  const sorted = members.toSorted((a, b) => compare(a.name, b.name))
  const own = sorted.filter((member) => member.family !== 'sidecar' && !member.isDerived)
  const raws = own.filter((member) => member.family === 'raw')
  const videos = byRank(own, 'video', videoFormats, null)
  const pictures = byRank(own, 'image', [...cameraFormats, ...otherFormats], raws[0] ?? null)

  const roles = new Map<PathName, FileRole>()
  for (const member of sorted) {
    if (member.family === 'sidecar') roles.set(member.name, 'sidecar')
    else if (member.isDerived) roles.set(member.name, 'derivative')
    else if (member.keyword !== null) roles.set(member.name, member.keyword)
    else if (member.family === 'raw') roles.set(member.name, 'original')
  }

  for (const video of videos) {
    if (!roles.has(video.name))
      roles.set(video.name, kind === 'image' || video === videos[0] ? 'original' : 'export')
  }

  const taken = new Set(pictures.map((picture) => picture.keyword))
  const plain = pictures.filter((picture) => picture.keyword === null)
  const finished: 'cover' | 'original' = raws.length > 0 || kind === 'video' ? 'cover' : 'original'
  for (const picture of plain) {
    const isFirst = picture === plain[0] && !taken.has(finished)
    roles.set(
      picture.name,
      isFirst && (finished === 'original' || isFromCamera(picture)) ? finished : 'export',
    )
  }

  const cover =
    pictures.find((picture) => roles.get(picture.name) === 'cover') ??
    (kind === 'image'
      ? (raws[0] ?? pictures.find((picture) => roles.get(picture.name) === 'original'))
      : undefined) ??
    (kind === 'video' ? videos[0] : undefined) ??
    own[0]
  if (cover === undefined)
    throw new RangeError('An asset needs a file that is neither sidecar nor derivative')
  return {
    files: sorted.map(({ name }) => ({ name, role: roles.get(name) ?? 'original' })),
    cover: cover.name,
  }
}

/**
 * Files of one family, best first. Between equals, such as `a.JPG` and `a.jpg`, the one whose extension is
 * written like the RAW's comes first: a camera writes all its extensions alike.
 */
function byRank(own: Member[], family: FileFamily, formats: string[], raw: Member | null): Member[] {
  const rank = (member: Member) => {
    const at = formats.indexOf(fileFormat(member.name))
    const isUnlike = raw !== null && isUpper(member.name) !== isUpper(raw.name)
    return (at < 0 ? formats.length : at) * 2 + (isUnlike ? 1 : 0)
  }
  return own
    .filter((member) => member.family === family)
    .sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name))
}

function isUpper(name: PathName): boolean {
  const extension = name.slice(-fileExtension(name).length)
  return extension === extension.toUpperCase()
}

function isFromCamera(member: Member): boolean {
  return cameraFormats.includes(fileFormat(member.name))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
