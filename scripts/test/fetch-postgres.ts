import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findArchiveUri } from './debian-archive.ts'
import { requireProgram, runProgram } from './run-program.ts'

const RELEASE = 'trixie'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** The server, pgvector, and every library they load: nothing of the machine's own is used. */
const PACKAGES =
  'postgresql-17 postgresql-client-17 postgresql-17-pgvector libc6 libpq5 libssl3t64 libicu76 libxml2 liblz4-1 libzstd1 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libldap2 libsasl2-2 libpam0g libaudit1 libcap-ng0 libselinux1 libpcre2-8-0 libuuid1 libstdc++6 libgcc-s1 zlib1g libsystemd0 libcap2 liblzma5 libxslt1.1 libnuma1 liburing2 libreadline8t64 libtinfo6'
const PROGRAMS = ['initdb', 'postgres', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql']

/**
 * Brings Postgres 17 with pgvector and ltree into `folder`, from the Debian archive that this machine is
 * set up to use, without touching the system: packages are unpacked, never installed.
 *
 * @returns the folder with `initdb` and `postgres`
 * @throws Error that says what is missing
 */
export async function fetchPostgres(folder: string): Promise<string> {
  const programs = programFolder(folder)
  if (await works(programs)) return programs
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('made for Debian on x86-64')
  const archiveUri = await requireArchiveUri()
  await mkdir(folder, { recursive: true })
  const draft = await mkdtemp(`${folder}-draft-`)
  try {
    await downloadPackages(draft, archiveUri)
    const archives = join(draft, 'cache/archives')
    for (const name of await readdir(archives)) {
      if (name.endsWith('.deb'))
        await requireProgram('dpkg', ['-x', join(archives, name), join(draft, 'root')])
    }
    await loadOwnLibraries(draft, folder)
    await rm(join(draft, 'cache'), { recursive: true })
    await rm(folder, { recursive: true, force: true })
    // The server may run as another user.
    await chmod(draft, 0o755)
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  await requireProgram(join(programs, 'postgres'), ['--version'])
  return programs
}

async function works(programs: string): Promise<boolean> {
  return (await runProgram(join(programs, 'postgres'), ['--version'])).exitCode === 0
}

/** Where this machine gets its own packages from. */
async function requireArchiveUri(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] ?? ''
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  for (const path of [...names.map((name) => join(folder, name)), '/etc/apt/sources.list']) {
    const uri = findArchiveUri(await readFile(path, 'utf8').catch(() => ''), codename)
    if (uri) return uri
  }
  throw new Error('this machine has no Debian archive among its package sources')
}

async function downloadPackages(draft: string, archiveUri: string): Promise<void> {
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'root']) {
    await mkdir(join(draft, path), { recursive: true })
  }
  const sources = join(draft, 'sources.list')
  const status = join(draft, 'state/status')
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${archiveUri} ${RELEASE} main\n`)
  await writeFile(status, '')
  const settings = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${join(draft, 'state')}`,
    `Dir::State::status=${status}`,
    `Dir::Cache=${join(draft, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Retries=3',
  ].flatMap((setting) => ['-o', setting])
  await requireProgram('apt-get', ['-qq', ...settings, 'update'])
  const cwd = join(draft, 'cache/archives')
  await requireProgram('apt-get', ['-qq', ...settings, 'download', ...PACKAGES.split(' ')], { cwd })
}

/** Lets the programs load the unpacked libraries, under the path where they will lie in the end. */
async function loadOwnLibraries(draft: string, folder: string): Promise<void> {
  const libraries = join(folder, 'root/usr/lib/x86_64-linux-gnu')
  for (const name of PROGRAMS) {
    await requireProgram('patchelf', [
      '--set-interpreter',
      join(libraries, 'ld-linux-x86-64.so.2'),
      '--force-rpath',
      '--set-rpath',
      libraries,
      join(programFolder(draft), name),
    ])
  }
}

function programFolder(folder: string): string {
  return join(folder, 'root/usr/lib/postgresql/17/bin')
}
