import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import type { SidecarWriteInput } from '../../../../protocol/sidecar-write.ts'
import { SidecarWriteResult } from '../../../../protocol/sidecar-write.ts'
import { openCage } from '../../../cage/open-cage.ts'
import type { JobHandlers } from '../../../runtime/job-handler.ts'
import { RecordingContext } from '../../testing/job-context.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { Vault, type VaultOptions, type WriteBackOptions } from '../../vault.ts'

/** One for all: finding out what this machine can do takes its time. */
const cage = await openCage()

export type WritableLibrary = AsyncDisposable & {
  /** The library's root, with `a.jpg` and `trip/b.jpg`. */
  root: string
  mirrorRoot: string
  keptFolder: string
  /** Writes `a.xmp` unless told otherwise, and checks the result against the protocol. */
  write(change?: Partial<SidecarWriteInput>, context?: RecordingContext): Promise<SidecarWriteResult>
  handlers: JobHandlers
  /** Names in the root that are no pictures. */
  names(): Promise<string[]>
}

/** A vault that may write the sidecars of one library, which lies in a temporary folder. */
export async function writableLibrary(
  options: { at?: string; writeBack?: Partial<WriteBackOptions> } & Partial<
    Omit<VaultOptions, 'writeBack'>
  > = {},
): Promise<WritableLibrary> {
  const folder = await temporaryFolder()
  const { at, writeBack, ...vaultOptions } = options
  const root = at ?? join(folder.path, 'photos')
  const mirrorRoot = join(folder.path, 'mirror')
  const keptFolder = join(folder.path, 'kept')
  await mkdir(join(root, 'trip'), { recursive: true })
  await mkdir(mirrorRoot)
  await writeFile(join(root, 'a.jpg'), 'a picture', { mode: 0o640 })
  await writeFile(join(root, 'trip/b.jpg'), 'another')
  const vault = new Vault({
    roots: [root],
    dataFolders: [],
    log: pino({ level: 'silent' }),
    ffmpegPath: null,
    ffprobePath: null,
    readers: 1,
    cage,
    ...vaultOptions,
    writeBack: {
      roots: [root],
      mirrorRoots: [mirrorRoot],
      keptVersionsFolder: keptFolder,
      keep: 3,
      ...writeBack,
    },
  })
  await vault.start()
  const { handlers } = vault
  return {
    root,
    mirrorRoot,
    keptFolder,
    handlers,
    async write(change = {}, context = new RecordingContext()) {
      const handler = handlers['sidecar.write']
      if (handler === undefined) throw new Error('The vault has not started')
      const input: SidecarWriteInput = {
        ...{ assetId: 1, libraryId: 1, root, mirrorRoot: null, path: 'a.xmp', pictures: ['a.jpg'] },
        ...{
          expected: null,
          expectedTags: null,
          resolved: null,
          revision: 1,
          fields: { rating: 4 },
          pictureSizePx: null,
        },
        ...change,
      }
      return SidecarWriteResult.parse(structuredClone(await handler(input, context)))
    },
    names: async () => (await readdir(root)).filter((name) => name !== 'a.jpg' && name !== 'trip').sort(),
    async [Symbol.asyncDispose]() {
      await vault.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The version that a write left; fails the test when it did not. */
export function requireWritten(result: SidecarWriteResult) {
  if (result.outcome !== 'written') throw new Error(`Not written: ${JSON.stringify(result)}`)
  return result
}
