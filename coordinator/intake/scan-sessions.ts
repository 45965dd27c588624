export type PartialListing = {
  names: Set<string>
  /** Files that have changed or come back. */
  changed: Set<number>
}

/** What a running scan has reported so far. Counting is by identity, so a part that comes twice counts once. */
export type ScanSession = {
  /** Folders reported, by path name. */
  folders: Set<string>
  /** Those that the catalogue has, by path name, with the digest (base64url) that it should have by the end. */
  knownFolders: Map<string, { id: number; digest: string }>
  /** What earlier parts of a folder's listing said, by folder id; gone with its last part. */
  listed: Map<number, PartialListing>
  /** Files that their folder's whole listing no longer has. Nothing is marked before the scan ends. */
  missingFiles: Set<number>
  /** Digests of folders with missing files: stored when their going is accepted. */
  heldDigests: Map<number, Buffer>
  /** Numbers of the parts taken: a part may come twice when the answer to the first was lost. */
  taken: Set<number>
  /** Ends when the part in work is done; parts of one scan are taken one after the other. */
  tail: Promise<unknown>
  added: number
  changed: number
}

/**
 * Running scans by job, in memory: an unchanged library costs no row written.
 *
 * A coordinator that restarts in the middle of a scan has lost the first half; `finishScan` notices by
 * the number of folders and asks for the scan again, which is quick because digests match.
 */
export class ScanSessions {
  readonly #sessions = new Map<string, ScanSession>()

  get(jobId: number, fencingToken: number): ScanSession {
    const key = `${jobId}/${fencingToken}`
    const known = this.#sessions.get(key)
    if (known) return known
    const session: ScanSession = {
      folders: new Set(),
      knownFolders: new Map(),
      listed: new Map(),
      missingFiles: new Set(),
      heldDigests: new Map(),
      taken: new Set(),
      tail: Promise.resolve(),
      added: 0,
      changed: 0,
    }
    this.#sessions.set(key, session)
    return session
  }

  /** This holder has proved its lease: what earlier ones have reported is of no more use. */
  forgetOthers(jobId: number, fencingToken: number): void {
    for (const key of this.#sessions.keys()) {
      if (key.startsWith(`${jobId}/`) && key !== `${jobId}/${fencingToken}`) this.#sessions.delete(key)
    }
  }

  /** @param fencingToken of one holder; all when it is not given */
  forget(jobId: number, fencingToken?: number): void {
    if (fencingToken === undefined) this.forgetOthers(jobId, 0)
    else this.#sessions.delete(`${jobId}/${fencingToken}`)
  }
}
