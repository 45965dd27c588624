import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findNamedImports } from './test/named-imports.ts'
import { withoutComments } from './test/source-imports.ts'

/**
 * Promise 1 as a list: which files of the servers can open, change or remove files at all, and whose.
 * One that is not listed here can do none of it. `agents/vault/originals-untouched.test.ts` watches a run.
 */
const mayTouchFiles: Record<string, { names: string[]; because: string }> = {
  'agents/pairing/pairing-file.ts': {
    names: ['closeSync', 'fsyncSync', 'mkdirSync', 'openSync', 'readFileSync', 'renameSync', 'writeSync'],
    because: 'what the agent remembers of its pairing',
  },
  'agents/cage/open-cage.ts': { names: ['readFileSync'], because: 'its own rights, in /proc' },
  'agents/cage/system-paths.ts': {
    names: ['closeSync', 'openSync', 'readSync'],
    because: 'the beginning of a program, for reading',
  },
  'agents/power/temperature.ts': { names: ['readFile'], because: 'the system’s sensors' },
  'agents/runtime/agent-key.ts': {
    names: [
      'closeSync',
      'fsyncSync',
      'linkSync',
      'mkdirSync',
      'openSync',
      'readFileSync',
      'renameSync',
      'rmSync',
      'writeSync',
    ],
    because: 'the agent’s own key',
  },
  'agents/sources/smb/read-password.ts': {
    names: ['readFile'],
    because: 'the password for a share, which the owner of the machine put there',
  },
  'agents/vault/metadata/metadata-reader.ts': { names: ['rm'], because: 'pictures that ExifTool took out' },
  'agents/vault/open-original.ts': { names: ['open'], because: 'originals, for reading only' },
  'agents/vault/sidecar/kept-versions.ts': {
    names: ['mkdir', 'open', 'readFile', 'rm', 'writeFile'],
    because: 'what sidecars were before, in the agent’s own folder',
  },
  'agents/vault/sidecar/merge-sidecar.ts': {
    names: ['readFile', 'unlink', 'writeFile'],
    because: 'a private copy of a sidecar in the work folder, which ExifTool changes',
  },
  'agents/vault/sidecar/place/folder-sync.ts': {
    names: ['fsync'],
    because: 'folders in which sidecars were placed, held open by another',
  },
  'agents/vault/sidecar/place/main.ts': {
    names: ['unlinkSync'],
    because: 'drafts of sidecars that a killed writer has left',
  },
  'agents/vault/sidecar/place/open-folder.ts': {
    names: ['closeSync', 'mkdirSync', 'openSync'],
    because: 'folders that sidecars lie in; those of a mirror are made',
  },
  // The one door into the owner's folders: `main.ts` lets nothing through but names that end in .xmp, of files that
  // are no pictures, in folders that the agent's configuration names.
  'agents/vault/sidecar/place/place-file.ts': {
    names: [
      'closeSync',
      'fchownSync',
      'fsync',
      'linkSync',
      'openSync',
      'renameSync',
      'unlinkSync',
      'writeSync',
    ],
    because: 'sidecars (.xmp) and their drafts, nothing else',
  },
  'agents/vault/sidecar/place/read-file.ts': {
    names: ['closeSync', 'openSync', 'readSync'],
    because: 'sidecars, for reading',
  },
  'agents/vault/root-groups.ts': { names: ['readFileSync'], because: 'the mounts, in /proc' },
  'agents/vault/watch-memory.ts': { names: ['readFile'], because: 'what a process uses, in /proc' },
  'agents/vault/work-folder.ts': { names: ['mkdtemp', 'rm', 'symlink'], because: 'its own temporary folder' },
  'agents/vision/counts/kept-counts.ts': {
    names: ['readFileSync'],
    because: 'what was measured, beside the models',
  },
  'agents/vision/counts/measure-counts.ts': { names: ['stat'], because: 'sizes of models' },
  'agents/vision/models/built-in-models.ts': { names: ['readFile'], because: 'the models that Hearth knows' },
  'agents/vision/models/find-model-folders.ts': {
    names: ['open'],
    because: 'manifests of models, for reading',
  },
  'agents/vision/models/hash-file.ts': {
    names: ['createReadStream'],
    because: 'files of models, for reading',
  },
  'agents/vision/models/keep-manifest.ts': {
    names: ['rm'],
    because: 'manifests in the models folder, written for `hearth models`',
  },
  'agents/vision/models/partial-file.ts': {
    names: ['open', 'readFile', 'rename', 'rm', 'writeFile'],
    because: 'downloads of `hearth models pull`, in the models folder',
  },
  'agents/vision/models/pull-model.ts': { names: ['mkdir'], because: 'folders of models' },
  'agents/vision/models/read-class-file.ts': { names: ['open'], because: 'names of classes of a model' },
  'agents/vision/models/read-onnx-file.ts': { names: ['open'], because: 'files of models, for reading' },
  'agents/vision/models/replace-file.ts': {
    names: ['mkdir', 'open', 'rename', 'rm'],
    because: 'manifests of models, and what was found out about them, beside them',
  },
  'agents/vision/models/verified-files.ts': {
    names: ['readFile'],
    because: 'what was found in the files of models, beside them',
  },
  'agents/vision/session/load-model.ts': { names: ['readFile'], because: 'vocabularies of models' },
  'agents/vision/session/lower-priority.ts': { names: ['readdirSync'], because: 'its own threads' },
  'agents/vision/vision.ts': { names: ['mkdir'], because: 'the folder for models' },
  'coordinator/accounts/local-access.ts': {
    names: ['rename', 'rm', 'writeFile'],
    because: 'the key of the command line, in the data folder',
  },
  'coordinator/accounts/first-administrator.ts': { names: ['readFile'], because: 'the password file' },
  'coordinator/db/backup/backup-status.ts': {
    names: ['readFile', 'rename', 'rm', 'writeFile'],
    because: 'what became of the last backup',
  },
  'coordinator/db/backup/control-file.ts': {
    names: ['open'],
    because: 'the database’s control file, for reading',
  },
  'coordinator/db/backup/copy-data-files.ts': {
    names: ['copyFile', 'cp', 'mkdir'],
    because: 'a copy of the database’s files',
  },
  'coordinator/db/backup/copy-running-folder.ts': {
    names: ['rm', 'writeFile'],
    because: 'a copy of the database’s files',
  },
  'coordinator/db/backup/copy-wal.ts': {
    names: ['copyFile'],
    because: 'a copy of the database’s log',
  },
  'coordinator/db/backup/dump-database.ts': {
    names: ['mkdir', 'rm'],
    because: 'a backup being made',
  },
  'coordinator/db/backup/engine-major.ts': {
    names: ['readFile'],
    because: 'the version of the database’s folder',
  },
  'coordinator/db/backup/keep-backup.ts': {
    names: ['rm'],
    because: 'backups that are no longer kept',
  },
  'coordinator/db/backup/lock-backups.ts': {
    names: ['mkdir', 'rm'],
    because: 'the lock of the backups’ folder',
  },
  'coordinator/db/backup/make-backup.ts': {
    names: ['mkdir', 'mkdtemp', 'rename', 'rm'],
    because: 'a backup being made',
  },
  'coordinator/db/backup/place-database.ts': {
    names: ['rename', 'rm'],
    because: 'the database’s folder, the old one kept aside',
  },
  'coordinator/db/backup/read-backup.ts': {
    names: ['createReadStream'],
    because: 'a backup',
  },
  'coordinator/db/backup/restore-backup.ts': {
    names: ['mkdir'],
    because: 'the folder of a restored database',
  },
  'coordinator/db/backup/upgrade-embedded.ts': {
    names: ['mkdtemp', 'rename', 'rm'],
    because: 'the database’s folder, the old one kept aside',
  },
  'coordinator/db/backup/write-backup.ts': {
    names: ['createWriteStream'],
    because: 'a backup being made',
  },
  'coordinator/db/embedded/create-database-folder.ts': {
    names: ['renameSync', 'rmSync'],
    because: 'the database’s folder',
  },
  'coordinator/db/embedded/folder-lock.ts': {
    names: ['readFileSync', 'rmSync', 'writeFileSync'],
    because: 'the lock of the data folder',
  },
  'coordinator/db/embedded/log-sync.ts': {
    names: ['close', 'closeSync', 'fdatasync', 'openSync'],
    because: 'the database’s log',
  },
  'coordinator/db/embedded/main.ts': {
    names: ['mkdirSync', 'rmSync'],
    because: 'the database and its socket',
  },
  'coordinator/db/embedded/open-engine.ts': {
    names: ['rmSync'],
    because: 'the database’s temporary files',
  },
  'coordinator/db/embedded/read-mount.ts': {
    names: ['readFileSync'],
    because: 'the mounts, in /proc',
  },
  'coordinator/db/embedded/sync-path.ts': {
    names: ['closeSync', 'fdatasyncSync', 'fsyncSync', 'openSync'],
    because: 'the database’s files',
  },
  'coordinator/db/embedded/synced-node-fs.ts': {
    names: ['fdatasyncSync'],
    because: 'the database’s files',
  },
  'coordinator/http/docs-pages.ts': { names: ['createReadStream'], because: 'pages that come with Hearth' },
  'coordinator/http/web-app.ts': { names: ['readFile'], because: 'the built web app' },
  'coordinator/tls/own-certificate.ts': {
    names: ['link', 'mkdir', 'readFile', 'rm', 'writeFile'],
    because: 'the coordinator’s own certificate',
  },
  'coordinator/tls/server-certificate.ts': { names: ['readFile'], because: 'the owner’s certificate' },
  'coordinator/media/derived-store.ts': {
    names: ['createWriteStream', 'mkdir', 'open', 'rename', 'rm'],
    because: 'the derived store',
  },
}

/** These look and touch nothing. */
const harmless = new Set([
  'access',
  'constants',
  'existsSync',
  'fstatSync',
  'lstat',
  'lstatSync',
  'opendir',
  'readdir',
  'readdirSync',
  'readlink',
  'readlinkSync',
  'realpath',
  'realpathSync',
  'stat',
  'statSync',
  'statfs',
  'statfsSync',
])

const repositoryFolder = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const serverPaths = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z', 'agents', 'coordinator', 'protocol'],
  { cwd: repositoryFolder, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => /\.ts$/.test(path) && !/\.test\.ts$|\/testing\//.test(path))
  .filter((path) => existsSync(join(repositoryFolder, path)))

test('no file can open, change or remove files but those that say whose', () => {
  const touching = serverPaths
    .map((path) => ({
      path,
      names: findNamedImports(read(path), /^(node:)?fs(\/promises)?$/).filter((name) => !harmless.has(name)),
    }))
    .filter(({ names }) => names.length > 0)
  const allowed = Object.entries(mayTouchFiles).map(([path, { names }]) => ({ path, names }))
  expect(touching.length).toBeGreaterThan(5)
  for (const { path, names } of touching) {
    expect(allowed.find((entry) => entry.path === path)?.names ?? [], path).toEqual(
      expect.arrayContaining(names),
    )
  }
})

test('the list names nothing that is not used', () => {
  const unused = Object.entries(mayTouchFiles).flatMap(([path, { names }]) => {
    const used = serverPaths.includes(path) ? findNamedImports(read(path), /^(node:)?fs(\/promises)?$/) : []
    return names.filter((name) => !used.includes(name)).map((name) => `${path}: ${name}`)
  })
  expect(unused).toEqual([])
})

test('originals are opened with O_RDONLY', () => {
  const code = withoutComments(read('agents/vault/open-original.ts'))
  expect(code).toContain('O_RDONLY')
  expect(code).not.toMatch(/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|\.write|truncate|utimes|chmod|chown/)
})

test('no library is asked to write into a file that it reads', () => {
  const writing = /\.toFile\(|overwrite_original|deleteAllTags|restoreOriginal|-o=|extractBinaryTag\(/
  // ExifTool changes a copy in the work folder; its cage has no other folder.
  const ofCopies = 'agents/vault/sidecar/merge-sidecar.ts'
  expect(serverPaths.filter((path) => writing.test(withoutComments(read(path))))).toEqual([ofCopies])
})
