import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { formatSpan } from '../ui/format-when.ts'

const names: Record<WriteBackPolicy['naming'], string> = {
  base: 'IMG_1.xmp for IMG_1.jpg',
  full: 'IMG_1.jpg.xmp for IMG_1.jpg',
  existing: 'the one of the two that is there already, else IMG_1.jpg.xmp',
}

/** What will happen to files, in sentences. */
export function describePolicy(policy: WriteBackPolicy, root: string): string[] {
  const { mode, approval, quietMs, naming, mirrorRoot } = policy
  const never = 'The pictures themselves are never changed, moved or deleted.'
  if (mode === 'off')
    return [
      'No file is written anywhere. What people enter is kept in Hearth, and in its backups.',
      'Sidecars that other programs write are still read.',
      never,
    ]
  const where =
    mirrorRoot === null ? `beside each picture below ${root}` : `below ${mirrorRoot}, in the same folders`
  return [
    `What people enter is written to small files ${where}: ${names[naming]}.`,
    ...(mirrorRoot === null ? [] : [`Nothing at all is written below ${root}.`]),
    'A sidecar that is there keeps everything that other programs have put into it. Was it changed outside meanwhile, nothing is overwritten and somebody is asked.',
    quietMs === 0
      ? 'It is written at once.'
      : `It is written once nobody has edited the picture for ${formatSpan(quietMs)}.`,
    ...(approval
      ? ['Before that an administrator has to let it be written, on the page of write-backs.']
      : []),
    never,
  ]
}
