import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import { type DownloadOptions, downloadFile } from './download-file.ts'
import { examineFile } from './examine-file.ts'
import type { ModelFile, ModelManifest } from './model-manifest.ts'
import { VerifiedFiles } from './verified-files.ts'

export type PullOptions = Omit<DownloadOptions, 'onProgress'> & {
  modelsFolder: string
  onProgress?: (name: string, receivedBytes: number, sizeBytes: number) => void
}

/** A file of a model that is not here, or not the right one, and where it comes from. */
export type WantedFile = ModelFile & { url: string }

/**
 * Which files must be fetched.
 *
 * @throws AppError `model_missing` when one of them is not for downloading
 */
export async function findWantedFiles(manifest: ModelManifest, modelsFolder: string): Promise<WantedFile[]> {
  const verified = new VerifiedFiles(modelsFolder)
  const wanted: WantedFile[] = []
  for (const file of manifest.files) {
    const standing = await examineFile(manifest.id, file, { modelsFolder, verified })
    if (standing.there === 'refused') throw new AppError('forbidden', standing.problem)
    if (standing.there === 'yes' && standing.finding?.sha256 === file.sha256) continue
    if (file.url === null) {
      throw new AppError(
        'model_missing',
        `${file.name} is not for downloading: put the file with the SHA-256 ${file.sha256} into ${join(modelsFolder, manifest.id)}; ${manifest.source} says more`,
      )
    }
    wanted.push({ ...file, url: file.url })
  }
  await verified.save()
  return wanted
}

/** Fetches files one after the other. @throws AppError; see `downloadFile` */
export async function pullFiles(
  id: string,
  files: readonly WantedFile[],
  { modelsFolder, onProgress, ...options }: PullOptions,
): Promise<void> {
  const folder = join(modelsFolder, id)
  await mkdir(folder, { recursive: true })
  await requireSpace(folder, files)
  for (const file of files) {
    await downloadFile(file, join(folder, file.name), {
      ...options,
      onProgress: (receivedBytes) => onProgress?.(file.name, receivedBytes, file.sizeBytes),
    })
  }
}

/** Better said before the download than at its end. What has been fetched already counts as still to come. */
async function requireSpace(folder: string, files: readonly WantedFile[]): Promise<void> {
  const neededBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  throw new AppError(
    'disk_full',
    `The disk with ${folder} has ${megabytes(freeBytes)} MB left, and the model needs ${megabytes(neededBytes)} MB`,
  )
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
