import { createHash, randomUUID } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inProduction } from '../config/environment.ts'

const ownProject = fileURLToPath(new URL('..', import.meta.url))
/** Lies in the built folder and says from what it was made. */
const STAMP_NAME = '.stamp'
/** Neither changes what is built. */
const SKIPPED_FOLDERS = new Set(['dist', 'node_modules', 'dev', 'browser'])

export type BuildWebOptions = {
  /** Where to build when the project folder cannot be written to; also used when it holds a fresh build. */
  outDir?: string
  /** Whose `web`, `protocol` and lock file are built; tests give a copy. */
  projectFolder?: string
}

/**
 * Makes sure that a build of the web app exists that belongs to these sources.
 *
 * Two starts at once do no harm: each builds into a folder of its own and the first to be ready is kept.
 *
 * @returns the folder with `index.html`, and whether it was built just now
 */
export async function buildWeb(options: BuildWebOptions = {}): Promise<{ folder: string; built: boolean }> {
  const projectFolder = options.projectFolder ?? ownProject
  const stamp = await stampOfSources(projectFolder)
  const inProject = join(projectFolder, 'web', 'dist')
  const candidates = options.outDir ? [inProject, resolve(options.outDir)] : [inProject]
  for (const folder of candidates) {
    if ((await readStamp(folder)) === stamp) return { folder, built: false }
  }
  const folder =
    options.outDir && !(await isWritable(dirname(inProject))) ? resolve(options.outDir) : inProject
  await buildInto(folder, join(projectFolder, 'web'), stamp)
  return { folder, built: true }
}

async function buildInto(folder: string, root: string, stamp: string): Promise<void> {
  const parent = dirname(folder)
  await mkdir(parent, { recursive: true })
  await removeLeftovers(parent)
  const fresh = join(parent, `.hearth-web-${randomUUID()}`)
  try {
    await runVite(root, fresh)
    await rm(join(fresh, '.vite'), { recursive: true, force: true })
    await writeFile(join(fresh, STAMP_NAME), stamp)
    // Another start may have been quicker with the same sources; its build may already be served.
    if ((await readStamp(folder)) !== stamp) await replaceFolder(fresh, folder)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function runVite(root: string, outDir: string): Promise<void> {
  // Loaded only when there is something to build: a start with a fresh build does not pay for it.
  const { build } = await import('vite')
  const { default: config } = await import('../web/vite.config.ts')
  // Vite believes NODE_ENV more than its own mode: a build asked for by a test would be React's slow one.
  await inProduction(() =>
    build({
      ...config,
      root,
      configFile: false,
      logLevel: 'error',
      mode: 'production',
      cacheDir: join(outDir, '.vite'),
      build: { ...config.build, outDir, emptyOutDir: true },
    }),
  )
}

/** A folder cannot be renamed over one that has files, so the old one steps aside first. */
async function replaceFolder(fresh: string, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const aside = join(dirname(folder), `.hearth-web-${randomUUID()}`)
    await rename(folder, aside).catch(ignoreMissing)
    try {
      await rename(fresh, folder)
      return
    } catch (error) {
      // Another start has put its own build there in between.
      if (attempt >= 5) throw error
    } finally {
      await rm(aside, { recursive: true, force: true })
    }
  }
}

/** What a build left that was killed. An hour is longer than any build that still runs. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('.hearth-web-')) continue
    const facts = await stat(join(parent, name)).catch(() => undefined)
    if (facts && Date.now() - facts.mtimeMs > 3_600_000)
      await rm(join(parent, name), { recursive: true, force: true })
  }
}

/** SHA-256 over everything the build is made from: path and content of each file, in order. */
async function stampOfSources(projectFolder: string): Promise<string> {
  const hash = createHash('sha256')
  const files = [
    ...(await listFiles(join(projectFolder, 'web'))),
    ...(await listFiles(join(projectFolder, 'protocol'))),
  ]
  for (const file of [
    ...files.filter((path) => !path.includes('.test.')),
    join(projectFolder, 'package-lock.json'),
  ].sort()) {
    hash.update(`${relative(projectFolder, file).replaceAll('\\', '/')}\0`)
    hash.update(await readFile(file))
    hash.update('\0')
  }
  return hash.digest('hex')
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) files.push(...(await listFiles(path)))
    else if (entry.isFile()) files.push(path)
  }
  return files
}

async function readStamp(folder: string): Promise<string | undefined> {
  try {
    await access(join(folder, 'index.html'))
    return await readFile(join(folder, STAMP_NAME), 'utf8')
  } catch {
    return undefined
  }
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

if (process.argv[1] && basename(process.argv[1]) === 'build-web.ts') {
  const { folder, built } = await buildWeb()
  console.log(built ? `Built the web app into ${folder}` : `The web app in ${folder} is up to date`)
}
