export type ShrinkFacts = {
  /** Files that the library had before the scan and that were not missing then. */
  knownFiles: number
  /** How many of them the scan did not find. Not those under folders that could not be read: they are unknown. */
  missingFiles: number
  /** Media files that the scan found. */
  listedFiles: number
}

export type ShrinkVerdict = {
  /** `hold`: a person must confirm. `offline`: the disk is not there. In both cases nothing becomes missing. */
  verdict: 'accept' | 'hold' | 'offline'
  /** For the owner of the library; empty when accepted. */
  reason: string
}

/** Few enough to have been tidied away by hand. */
const unsuspiciousFiles = 50
const unsuspiciousShare = 0.1

/** Whether to believe a scan that did not find what was there, or to suspect the disk. */
export function judgeShrink({ knownFiles, missingFiles, listedFiles }: ShrinkFacts): ShrinkVerdict {
  if (knownFiles > 0 && listedFiles === 0) {
    const reason = `The folder is empty, but the library has ${counted(knownFiles)} in it: the disk is probably not mounted. Mount it and scan again; if everything was removed on purpose, accept the missing files.`
    return { verdict: 'offline', reason }
  }
  if (missingFiles > unsuspiciousFiles && missingFiles > knownFiles * unsuspiciousShare) {
    const share = Math.min(100, Math.round((missingFiles / Math.max(1, knownFiles)) * 100))
    const reason = `${missingFiles} of ${counted(knownFiles)} (${share} %) were not found: nothing was marked as missing. Check the disk and scan again, or accept the missing files.`
    return { verdict: 'hold', reason }
  }
  return { verdict: 'accept', reason: '' }
}

function counted(files: number): string {
  return files === 1 ? '1 file' : `${files} files`
}
