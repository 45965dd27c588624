import { createHash } from 'node:crypto'
import { routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { InputFile, InputJob } from '../../protocol/sources.ts'
import type { HttpBytes } from './relay-source.ts'

/**
 * A file's preview from the coordinator's derived store: near, small, and enough for all models.
 *
 * @throws AppError `not_found` when the file has none
 */
export async function* readPreview(
  http: HttpBytes,
  { fileId, path, preview }: InputFile,
  { jobId, fencingToken }: InputJob,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (!preview) throw new AppError('not_found', `${displayPathName(path)} has no preview`)
  const route = routes.getJobPreview.path.replace(':id', `${jobId}`).replace(':fileId', `${fileId}`)
  const hash = createHash('sha256')
  for await (const chunk of await http.get(`${route}?token=${fencingToken}`, {}, signal)) {
    hash.update(chunk)
    yield chunk
  }
  // Made anew since the job was leased: this is another picture than the one that was asked for.
  if (hash.digest('hex') !== preview.hash) {
    throw new AppError('file_changed', `The preview of ${displayPathName(path)} has been made anew`)
  }
}
