import type { Readable } from 'node:stream'
import { routes } from '../../protocol/api/routes.ts'
import { exactly } from './exactly.ts'
import { restBelow } from './path-map.ts'
import type { ByteSpan, Source, WantedFile } from './source.ts'

/** The part of `CoordinatorHttp` that is needed here. */
export type HttpBytes = {
  /** @throws AppError what the coordinator answers, or `unavailable` */
  get(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Readable>
}

/** Through the coordinator from the vault that has the file: works wherever this agent works, at the cost of two networks. */
export class RelaySource implements Source {
  readonly kind = 'relay'
  readonly label = 'through the coordinator'
  readonly #http: HttpBytes
  readonly #library: string

  /** @param library only files below; empty: all */
  constructor(http: HttpBytes, library: string) {
    this.#http = http
    this.#library = library
  }

  covers(root: string): boolean {
    return this.#library === '' || restBelow(this.#library, root, '') !== undefined
  }

  async open(file: WantedFile, { start, end }: ByteSpan, signal: AbortSignal): Promise<Readable> {
    const bytes = await this.#http.get(relayPath(file), { range: `bytes=${start}-${end}` }, signal)
    return exactly(bytes, end - start + 1)
  }

  async stop(): Promise<void> {}
}

function relayPath(file: WantedFile): string {
  if (file.for === 'sample') return routes.getSample.path.replace(':libraryId', `${file.libraryId}`)
  const { jobId, fencingToken } = file.for
  const path = routes.getJobOriginal.path.replace(':id', `${jobId}`).replace(':fileId', `${file.fileId}`)
  return `${path}?token=${fencingToken}`
}
