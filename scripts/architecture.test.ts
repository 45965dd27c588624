import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { findImports, withoutComments } from './test/source-imports.ts'

const repositoryFolder = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')

/** Tracked files, and new ones that git does not ignore. */
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: repositoryFolder,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path && existsSync(join(repositoryFolder, path)))

const isTest = (path: string) =>
  /\.test\.tsx?$/.test(path) || path.split('/').some((part) => part === 'testing' || part === 'browser')
const codePaths = paths.filter((path) => /\.tsx?$/.test(path))
const productPaths = codePaths.filter((path) => !isTest(path))
const topFolder = (path: string) => path.split('/')[0] ?? ''

type Arrow = { from: string; to: string; typeOnly: boolean }

/** From one of our files to another, both from the top of the repository. */
function arrowsOf(among: string[]): Arrow[] {
  return among.flatMap((from) =>
    findImports(read(from))
      .filter(({ name }) => name.startsWith('.'))
      .map(({ name, typeOnly }) => ({ from, to: posix.join(posix.dirname(from), name), typeOnly })),
  )
}

const arrows = arrowsOf(productPaths)
const show = ({ from, to }: Arrow) => `${from} imports ${to}`

const mayImport: Record<string, string[]> = {
  protocol: ['protocol'],
  config: ['config', 'protocol'],
  coordinator: ['coordinator', 'protocol', 'config'],
  agents: ['agents', 'protocol', 'config'],
  web: ['web', 'protocol'],
}
const isForeign = ({ from, to }: Arrow, also: string[] = []) =>
  mayImport[topFolder(from)] !== undefined &&
  ![...mayImport[topFolder(from)]!, ...also].includes(topFolder(to))

test('arrows between the top folders point one way', () => {
  expect(arrows.length).toBeGreaterThan(100)
  expect(arrows.filter((arrow) => isForeign(arrow)).map(show)).toEqual([])
})

test('tests keep to their top folder too, but for what is made for tests', () => {
  const foreign = arrowsOf(codePaths.filter(isTest)).filter((arrow) =>
    isForeign(arrow, ['config', 'scripts']),
  )
  expect(foreign.map(show)).toEqual([])
})

test('protocol imports zod and itself, nothing else', () => {
  const wrong = productPaths
    .filter((path) => topFolder(path) === 'protocol')
    .flatMap((path) => findImports(read(path)).map(({ name }) => `${path} imports ${name}`))
    .filter((line) => !/ imports (zod|(\.|\.\.)\/(api\/)?[\w-]+\.ts)$/.test(line))
  expect(wrong).toEqual([])
})

test('only processes and scripts ask the loader and the environment; others are handed what they need', () => {
  const wrong = arrows.filter(
    ({ from, to, typeOnly }) =>
      ['config/load-config.ts', 'config/environment.ts'].includes(to) &&
      !typeOnly &&
      !['config', 'scripts'].includes(topFolder(from)) &&
      posix.basename(from) !== 'main.ts',
  )
  expect(wrong.map(show)).toEqual([])
})

test('features of the web app do not import one another', () => {
  const featureOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1] : undefined)
  const shared = [undefined, 'api', 'grid', 'ui']
  const wrong = arrows.filter(({ from, to }) => {
    if (topFolder(from) !== 'web' || topFolder(to) !== 'web') return false
    const [feature, imported] = [featureOf(from), featureOf(to)]
    return feature !== undefined && feature !== imported && !shared.includes(imported)
  })
  expect(wrong.map(show)).toEqual([])
})

test('the environment is read in config only', () => {
  const wrong = productPaths.filter(
    (path) => topFolder(path) !== 'config' && /\bprocess\.env\b/.test(withoutComments(read(path))),
  )
  expect(wrong).toEqual([])
})

test('no file is a drawer for leftovers', () => {
  expect(codePaths.filter((path) => /(^|\/)(utils?|helpers?|types|index)\.tsx?$/.test(path))).toEqual([])
})

test('server code has nothing that Node cannot strip', () => {
  const unstrippable =
    /^\s*(export\s+)?(const\s+)?enum\s|^\s*@\w+\(|constructor\([^)]*\b(private|public|protected|readonly)\s/m
  const wrong = productPaths.filter(
    (path) => topFolder(path) !== 'web' && unstrippable.test(withoutComments(read(path))),
  )
  expect(wrong).toEqual([])
  expect(codePaths.filter((path) => path.endsWith('.tsx') && topFolder(path) !== 'web')).toEqual([])
})

test('no file names a package registry or a path of somebody’s machine', () => {
  const forbidden =
    /\b(registry|deb|archive|security)\.(debian|npmjs|ubuntu)\.|['"`\s(](\/root\/|\/work\/|\/home\/\w)/
  const wrong = paths.filter(
    (path) =>
      path !== 'scripts/architecture.test.ts' &&
      /\.(tsx?|md|json|sh|ya?ml|css|html|service)$|(^|\/)(run|\.npmrc)$/.test(path) &&
      forbidden.test(read(path)),
  )
  expect(wrong).toEqual([])
})
