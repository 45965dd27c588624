import type { ModelState } from '../../../protocol/models.ts'
import type { Family } from '../families/family.ts'
import type { FileFacts } from './locate-file.ts'
import type { DraftManifest, ModelFile } from './model-manifest.ts'
import { partRole } from './part-role.ts'
import { isMeasured } from './read-manifest.ts'
import type { FileFinding } from './verified-files.ts'

/** What is known of one file of a model. */
export type FileStanding =
  | { there: 'no' }
  | { there: 'refused'; problem: string }
  /** `finding` is null where the size says enough. */
  | { there: 'yes'; facts: FileFacts; finding: FileFinding | null }

/** All that must be known of a family here. */
export type KnownFamily = Pick<Family, 'name' | 'role'>

export type Judgement = { state: ModelState; reason: string | null }

/**
 * Whether a model can be run, and what its owner does when not.
 *
 * @param folder where its files belong, for the sentence
 * @param standings of its files, by name
 * @param families that this version knows
 */
export function judgeModel(
  manifest: DraftManifest,
  folder: string,
  standings: ReadonlyMap<string, FileStanding>,
  families: readonly KnownFamily[],
): Judgement {
  const unsupported = findForeignFamily(manifest, families)
  if (unsupported) return { state: 'unsupported', reason: unsupported }

  const missing = manifest.files.filter(({ name }) => standings.get(name)?.there !== 'yes')
  const refused = missing.flatMap(({ name }) => {
    const standing = standings.get(name)
    return standing?.there === 'refused' ? [standing.problem] : []
  })
  if (refused[0]) return { state: 'broken', reason: `${refused[0]}: put the file itself into ${folder}` }
  if (missing.length > 0) return { state: 'missing', reason: howToGet(manifest, missing, folder) }
  if (!isMeasured(manifest)) {
    return {
      state: 'broken',
      reason: `Its manifest does not say what its files must be: run hearth models verify --accept ${manifest.id} on this machine`,
    }
  }
  const wrong = manifest.files.flatMap((file) => findMistake(file, standings, manifest))
  if (wrong[0] === undefined) return { state: 'ready', reason: null }
  return { state: 'broken', reason: `${wrong[0]}: ${howToReplace(manifest, folder)}` }
}

function findForeignFamily(
  { task, parts }: DraftManifest,
  families: readonly KnownFamily[],
): string | undefined {
  for (const [name, part] of Object.entries(parts)) {
    const role = families.find((family) => family.name === part.family)?.role
    if (role === undefined) {
      const known = families.map((family) => family.name).sort()
      return `This version does not know the family ${part.family}: upgrade Hearth, or name one of ${known.join(', ')}`
    }
    const wanted = partRole(task, name)
    if (role !== wanted)
      return `${part.family} is a ${role}; the ${name} of a model for ${task} must be a ${wanted}`
  }
  return undefined
}

function findMistake(
  file: ModelFile,
  standings: ReadonlyMap<string, FileStanding>,
  manifest: DraftManifest,
): string[] {
  const standing = standings.get(file.name)
  if (standing?.there !== 'yes') return []
  const { facts, finding } = standing
  const { sizeBytes } = facts
  if (sizeBytes !== file.sizeBytes) {
    return [`${file.name} has ${sizeBytes} bytes instead of ${file.sizeBytes}`]
  }
  if (finding === null) return []
  if (finding.sha256 !== file.sha256) return [`${file.name} is another file than its manifest says (SHA-256)`]
  if (finding.problem !== null) return [`${file.name} is no whole ONNX file: it ${finding.problem}`]
  const foreign = finding.externalFiles.find((name) => !manifest.files.some((other) => other.name === name))
  if (foreign === undefined) return []
  return [`${file.name} keeps data in ${JSON.stringify(foreign)}, which is none of the model’s files`]
}

function howToGet(manifest: DraftManifest, missing: DraftManifest['files'], folder: string): string {
  if (missing.every(({ url }) => url !== null)) return `Run hearth models pull ${manifest.id} on this machine`
  const listed = missing.map(({ name, sha256 }) => (sha256 ? `${name} (SHA-256 ${sha256})` : name))
  const it = missing.length === 1 ? 'It is' : 'They are'
  return `${it} not for downloading: put ${listed.join(' and ')} into ${folder}, or bring another model with hearth models add`
}

function howToReplace(manifest: DraftManifest, folder: string): string {
  const canPull = manifest.files.every(({ url }) => url !== null)
  const command = canPull
    ? `hearth models pull ${manifest.id}`
    : `hearth models verify --accept ${manifest.id}`
  return canPull
    ? `run ${command} on this machine`
    : `put the right file into ${folder}, or, when this one is meant, run ${command}`
}
