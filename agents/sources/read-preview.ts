import { createHash } from 'node:crypto'
import { routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { InputFile, InputJob } from '../../protocol/sources.ts'
import type { HttpBytes } from './relay-source.ts'

/** The derived pictures that workers look at. */
export type DerivedChoice = 'preview' | 'grid'

/**
 * A file's preview, or the smaller picture of the gallery, from the coordinator's derived store: near, small, and
 * enough for all models.
 *
 * @throws AppError `not_found` when the file has none; `file_changed` when it, or the file that the job's asset shows, is
 *   another one by now
 */
export async function* readPreview(
  http: HttpBytes,
  file: InputFile,
  as: DerivedChoice,
  { jobId, fencingToken }: InputJob,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { fileId, path } = file
  const picture = file[as]
  if (!picture) throw new AppError('not_found', `${displayPathName(path)} has no ${as}`)
  const route = routes.getJobPreview.path.replace(':id', `${jobId}`).replace(':fileId', `${fileId}`)
  const hash = createHash('sha256')
  const query = as === 'preview' ? `token=${fencingToken}` : `token=${fencingToken}&size=${as}`
  const bytes = await http.get(`${route}?${query}`, {}, signal).catch(explainRefusal)
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  // Made anew since the job was leased: this is another picture than the one that was asked for.
  if (hash.digest('hex') !== picture.hash) {
    throw new AppError('file_changed', `The ${as} of ${displayPathName(path)} has been made anew`)
  }
}

/** The job named this file when it was leased; that it is not about it any more is no refusal for good. */
function explainRefusal(error: unknown): never {
  if (error instanceof AppError && error.code === 'forbidden') {
    const message = 'Another file is shown in the place of this one since the job was leased'
    throw new AppError('file_changed', message, { cause: error })
  }
  throw error
}
