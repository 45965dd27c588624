import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buildWeb } from './build-web.ts'

const ownProject = fileURLToPath(new URL('..', import.meta.url))

/** A copy that may be built and broken while other tests use the real one. */
async function copyOfProject() {
  const projectFolder = await mkdtemp(join(tmpdir(), 'hearth-build-web-'))
  const filter = (path: string) =>
    !['dist', 'dev', 'browser'].includes(basename(path)) && !basename(path).startsWith('.hearth')
  for (const name of ['web', 'protocol', 'package-lock.json', 'package.json', 'tsconfig.json']) {
    await cp(join(ownProject, name), join(projectFolder, name), { recursive: true, filter })
  }
  await symlink(join(ownProject, 'node_modules'), join(projectFolder, 'node_modules'))
  return { projectFolder, [Symbol.asyncDispose]: () => rm(projectFolder, { recursive: true, force: true }) }
}

test('a fresh build is used again and one of other sources is replaced', async () => {
  await using project = await copyOfProject()
  const { folder, built } = await buildWeb(project)
  expect(built).toBe(true)
  expect(await buildWeb(project)).toEqual({ folder, built: false })
  await writeFile(join(project.projectFolder, 'web/public/new.txt'), 'one more file')
  expect(await buildWeb(project)).toEqual({ folder, built: true })
  expect(await readFile(join(folder, 'new.txt'), 'utf8')).toBe('one more file')
})

test('starts at the same time end with one whole build and leave nothing behind', async () => {
  await using project = await copyOfProject()
  const builds = await Promise.all([buildWeb(project), buildWeb(project), buildWeb(project)])
  const folder = join(project.projectFolder, 'web/dist')
  expect(new Set(builds.map((build) => build.folder))).toEqual(new Set([folder]))
  const html = await readFile(join(folder, 'index.html'), 'utf8')
  const files = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path as string)
  expect(files.length).toBeGreaterThan(1)
  for (const path of files) await readFile(join(folder, path))
  const names = await readdir(join(project.projectFolder, 'web'))
  expect(names.filter((name) => name.startsWith('.hearth-web-'))).toEqual([])
})

test('the page complies with a policy that forbids inline scripts', async () => {
  await using project = await copyOfProject()
  const { folder } = await buildWeb(project)
  const html = await readFile(join(folder, 'index.html'), 'utf8')
  const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)/g)]
  expect(scripts.length).toBeGreaterThan(1)
  expect(scripts.filter(([, attributes, text]) => !attributes?.includes('src=') || text?.trim())).toEqual([])
})

test('a build asked for by a test is the one that users get', async () => {
  await using project = await copyOfProject()
  const { folder } = await buildWeb(project)
  const names = await readdir(join(folder, 'static'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'static', name), 'utf8')))
  expect(texts.join('')).not.toContain('jsxDEV')
})

test('without the right to write into the project the given folder is built into', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write anywhere')
  await using project = await copyOfProject()
  const web = join(project.projectFolder, 'web')
  const outDir = join(project.projectFolder, 'elsewhere')
  await chmod(web, 0o555)
  try {
    expect(await buildWeb({ ...project, outDir })).toEqual({ folder: outDir, built: true })
    expect(await buildWeb({ ...project, outDir })).toEqual({ folder: outDir, built: false })
  } finally {
    await chmod(web, 0o755)
  }
})
