import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** Large enough to be fast, small enough that nothing else waits. */
const CHUNK_BYTES = 1024 * 1024

/**
 * SHA-256 of a file, 64 lower-case hexadecimal digits; it is streamed, however large it is.
 *
 * @param onBytes called with the bytes of each chunk, for a progress bar
 */
export async function hashFile(
  path: string,
  { onBytes, signal }: { onBytes?: (bytes: number) => void; signal?: AbortSignal } = {},
): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk)
        onBytes?.(chunk.length)
      }
    },
    { signal },
  )
  return hash.digest('hex')
}
