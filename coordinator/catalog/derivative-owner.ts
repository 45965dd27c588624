import { type FileFamily, fileFormat } from '../../protocol/file-formats.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { countsPictures, type Derivation, derivationOf } from './derivative-name.ts'

/** Media files of one folder with one base name. */
export type Cluster = {
  base: PathName
  files: { name: PathName; family: FileFamily; keyword: 'cover' | 'original' | null }[]
}

export type Owner = {
  /** Base name of the cluster that this one joins. */
  base: PathName
  /** False for the movie of a Live Photo, which is as original as its still. */
  isDerived: boolean
}

/** All clusters that name one base by numbers: `beach_001`, `beach_002`, … */
type Run = { size: number; hasRaw: boolean; hasFirst: boolean }

/** `a-edited (1)~2` is as far as anyone goes. */
const mostSuffixes = 3

/**
 * Finds for each cluster that was made from another one which that is. Clusters that stand for themselves
 * are not in the result. An owner always stands for itself.
 */
export function findOwners(clusters: ReadonlyMap<PathName, Cluster>): Map<PathName, Owner> {
  const runs = countRuns(clusters)
  const owners = new Map<PathName, Owner>()
  // A base is shorter than every name made from it, so by length each owner is settled before it is asked for.
  for (const cluster of [...clusters.values()].sort((a, b) => a.base.length - b.base.length)) {
    const source = findSource(cluster, clusters, runs)
    if (source !== null) {
      const settled = owners.get(source.base)
      owners.set(cluster.base, {
        base: settled?.base ?? source.base,
        isDerived: source.isDerived || settled?.isDerived === true,
      })
    }
  }
  return owners
}

/** Follows the suffixes of a name down to the first base that is there, and judges whether it is the source. */
function findSource(
  cluster: Cluster,
  clusters: ReadonlyMap<PathName, Cluster>,
  runs: Map<string, Run>,
): Owner | null {
  const steps: Derivation[] = []
  let name = cluster.base
  while (steps.length < mostSuffixes) {
    const step = derivationOf(name)
    if (step === null) return null
    steps.push(step)
    const source = clusters.get(step.base)
    if (source !== undefined) {
      const isSource =
        steps.every((taken) => isMadeFrom(cluster, taken, source, runs)) && isNamed(source, name, step)
      return isSource ? { base: source.base, isDerived: steps.some((taken) => taken.kind !== 'live') } : null
    }
    name = step.base
  }
  return null
}

function isMadeFrom(cluster: Cluster, step: Derivation, source: Cluster, runs: Map<string, Run>): boolean {
  const isVideoOnly = cluster.files.every((file) => file.family === 'video')
  if (!isVideoOnly && !hasPicture(source)) return false
  if (step.kind === 'live') return isVideoOnly && hasPicture(source)
  // Programs write DNG; every other RAW was written by a camera and is a moment of its own.
  if (step.kind === 'word' || step.kind === 'developed')
    return cluster.files.every((file) => file.family !== 'raw' || isDng(file.name))
  return !hasRaw(cluster) && countsVersions(step, source, runs.get(runKey(step)))
}

/** `a.CR2.jpg` names one file, not all of its base name. */
function isNamed(source: Cluster, name: PathName, step: Derivation): boolean {
  return step.kind !== 'developed' || source.files.some((file) => file.name === name)
}

/**
 * Whether a number counts versions of one picture rather than pictures.
 *
 * Without a RAW only a short run can be versions: three or more numbers are a series (`IMG.jpg` beside
 * `IMG_001` … `IMG_999`), numbers after a time of day are a burst or a collision, and ` (2)` without ` (1)`
 * is how Explorer keeps another file of the same name. Beside a RAW, numbered files without one were
 * developed from it, because a camera that writes RAW would have written it for each picture.
 */
function countsVersions(step: Derivation, source: Cluster, run: Run | undefined): boolean {
  if (run === undefined || run.hasRaw) return false
  if (step.kind === 'counter' && step.number > 99) return false
  if (hasRaw(source)) return true
  if (step.kind === 'tilde') return true
  if (step.kind === 'copy' && !run.hasFirst) return false
  return run.size <= 2 && !countsPictures(step.base, step.kind)
}

function countRuns(clusters: ReadonlyMap<PathName, Cluster>): Map<string, Run> {
  const runs = new Map<string, Run>()
  for (const cluster of clusters.values()) {
    const step = derivationOf(cluster.base)
    if (step === null || step.number === 0) continue
    const run = runs.get(runKey(step)) ?? { size: 0, hasRaw: false, hasFirst: false }
    run.size += 1
    run.hasRaw ||= hasRaw(cluster)
    run.hasFirst ||= step.number === 1
    runs.set(runKey(step), run)
  }
  return runs
}

function runKey(step: Derivation): string {
  return `${step.kind}/${step.base}`
}

function hasPicture(cluster: Cluster): boolean {
  return cluster.files.some((file) => file.family === 'image' || file.family === 'raw')
}

function hasRaw(cluster: Cluster): boolean {
  return cluster.files.some((file) => file.family === 'raw')
}

function isDng(name: PathName): boolean {
  return fileFormat(name) === 'dng'
}
