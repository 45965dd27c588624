import { randomBytes } from 'node:crypto'
import { AppError } from '../../../protocol/errors.ts'
import type { OpenedFile } from './messages/create-message.ts'
import type { SmbShare } from './smb-share.ts'
import type { SmbTree } from './smb-tree.ts'

const NEVER = new AbortController().signal
const DRAFT = /^\.hearth-[0-9a-f]{24}\.tmp$/

/**
 * Writes a sidecar so that whoever looks, and whatever fails, finds the old one whole or the new one whole: a draft of
 * its own beside it, on the server's disk, then in one step the name.
 *
 * Nothing but a sidecar can be named here: originals are never written.
 *
 * @param name with backslashes, relative to the share
 * @throws AppError `refused_by_agent` for any other name; SmbError, after the draft was removed as far as the server
 *   still answers
 */
export async function writeSidecar(
  share: SmbShare,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (!/\.xmp$/i.test(name)) {
    throw new AppError('refused_by_agent', 'Only sidecars (.xmp) are written on a share; originals never are')
  }
  const folder = name.slice(0, name.lastIndexOf('\\') + 1)
  await share.once(async (tree) => {
    const draft = `${folder}.hearth-${randomBytes(12).toString('hex')}.tmp`
    const file = await tree.createNew(draft, signal)
    try {
      await tree.write(file, bytes, signal)
      await tree.flush(file, signal)
      await tree.rename(file, name, signal)
    } catch (error) {
      await dropDraft(tree, file, draft)
      throw error
    }
    await tree.closeFile(file)
  }, signal)
}

async function dropDraft(tree: SmbTree, file: OpenedFile, draft: string): Promise<void> {
  await tree.closeFile(file)
  if (tree.isOpen) await tree.remove(draft, NEVER).catch(() => undefined)
}

/**
 * Removes drafts that a killed agent left in a folder; nothing else can match.
 *
 * @param beforeUs of younger ones another agent may still be writing; microseconds since 1970
 * @returns how many were removed
 */
export async function removeDrafts(
  share: SmbShare,
  folder: string,
  beforeUs: number,
  signal: AbortSignal,
): Promise<number> {
  const entries = await share.list(folder, signal)
  const drafts = entries.filter(
    ({ name, kind, mtimeUs }) => kind === 'file' && DRAFT.test(name) && mtimeUs < beforeUs,
  )
  for (const { name } of drafts) {
    await share.once((tree) => tree.remove(folder === '' ? name : `${folder}\\${name}`, signal), signal)
  }
  return drafts.length
}
