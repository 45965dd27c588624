import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodePathName, type PathName } from '../../../protocol/path-name.ts'

/** Which sidecar a version is of. */
export type SidecarKey = { libraryId: number; path: PathName }

export type KeptVersion = {
  /** Relative to the folder for kept versions. */
  name: string
  /** The one that was there before Hearth ever wrote; never removed. */
  isFirst: boolean
  keptAt: Date
}

const VERSION = /^(first|later)-(\d{15})-([0-9a-f]{64})\.xmp$/

/**
 * Keeps what sidecars were before they were written: the first version ever met for good, of the later ones the
 * newest `keep`. Synced before it returns, because it comes before the write.
 *
 * A folder for each sidecar, `LIBRARY/HASH OF ITS PATH`, with its path in the file `path`, so that a person finds it
 * without Hearth.
 */
export class KeptVersions {
  readonly #folder: string
  readonly #keep: number

  constructor(folder: string, keep: number) {
    this.#folder = folder
    this.#keep = keep
  }

  /** @returns the name of the version */
  async add(key: SidecarKey, bytes: Uint8Array, now: Date): Promise<string> {
    const folder = folderOf(key)
    await this.#prepare(folder, key.path)
    const versions = await this.list(key)
    const hash = createHash('sha256').update(bytes).digest('hex')
    const known = versions.find(
      ({ name }, index) => name.includes(hash) && (index === 0 || index === versions.length - 1),
    )
    if (known !== undefined) return known.name
    const kind = versions.length === 0 ? 'first' : 'later'
    const name = `${folder}/${kind}-${String(now.getTime()).padStart(15, '0')}-${hash}.xmp`
    await writeSynced(join(this.#folder, name), bytes)
    const later = [...versions.filter(({ isFirst }) => !isFirst).map((version) => version.name)]
    if (kind === 'later') later.push(name)
    for (const old of later.slice(0, Math.max(0, later.length - this.#keep))) {
      await rm(join(this.#folder, old), { force: true })
    }
    return name
  }

  /** The first one first, then by age. */
  async list(key: SidecarKey): Promise<KeptVersion[]> {
    const folder = folderOf(key)
    const names = await readdir(join(this.#folder, folder)).catch(() => [])
    return names.sort().flatMap((name) => {
      const parts = VERSION.exec(name)
      if (parts === null) return []
      return [
        { name: `${folder}/${name}`, isFirst: parts[1] === 'first', keptAt: new Date(Number(parts[2])) },
      ]
    })
  }

  /** The bytes of a version of this sidecar; undefined when it is no longer kept, or is another's. */
  async read(key: SidecarKey, name: string): Promise<Buffer | undefined> {
    const versions = await this.list(key)
    if (!versions.some((version) => version.name === name)) return undefined
    const bytes = await readFile(join(this.#folder, name))
    const hash = createHash('sha256').update(bytes).digest('hex')
    return name.includes(hash) ? bytes : undefined
  }

  async #prepare(folder: string, path: PathName): Promise<void> {
    const whole = join(this.#folder, folder)
    const made = await mkdir(whole, { recursive: true, mode: 0o700 })
    if (made === undefined) return
    // For people, who can do without it: it is not worth a sync.
    await writeFile(join(whole, 'path'), encodePathName(path), { mode: 0o600 })
    for (let above = dirname(whole); above.length >= dirname(made).length; above = dirname(above)) {
      await syncFolder(above)
    }
  }
}

function folderOf({ libraryId, path }: SidecarKey): string {
  return `${libraryId}/${createHash('sha256').update(encodePathName(path)).digest('hex').slice(0, 32)}`
}

/** Under its own hash, so that one that a lost disk has cut short is known by it. */
async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
