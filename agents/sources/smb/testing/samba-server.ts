import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findProgram } from '../../../../config/test-environment.ts'
import { type DialectName, dialects } from '../messages/dialect.ts'
import type { SmbShareOptions } from '../smb-share.ts'

const run = promisify(execFile)
const START_LIMIT_MS = 20_000
/** Samba's accounts need one of the system; this one is everywhere. */
export const USER = 'nobody'
export const PASSWORD = 'Grüße 🔑 secret'
/** Enough for the largest file that is not meant to fit. */
const TINY_MB = 4

/** Not in the PATH of everybody. */
const smbd = findProgram('smbd') ?? '/usr/sbin/smbd'
/** It changes to the users it serves, which only root may do. */
export const canRunSamba =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync(smbd) &&
  findProgram('smbpasswd') !== undefined

export type SambaOptions = {
  minDialect?: DialectName
  maxDialect?: DialectName
  encryption?: 'default' | 'desired' | 'required' | 'off'
  signing?: 'default' | 'mandatory' | 'disabled'
  /** Further lines of the global part. */
  global?: string[]
}

/**
 * A real Samba of this test's own, with its own folders and configuration on a free loopback port.
 *
 * Shares: `media` to read and write; `locked`, which the account may not enter; `strict`, whose files belong to
 * somebody else; `readonly`; `tiny`, on a disk of 4 MB.
 */
export class SambaServer {
  readonly folder: string
  readonly port: number
  #process: ChildProcess | undefined

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  static async start(options: SambaOptions = {}): Promise<SambaServer> {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-smb-'))
    await chmod(folder, 0o711)
    for (const name of ['lock', 'private', 'log', 'media', 'locked', 'strict', 'readonly', 'tiny']) {
      await mkdir(join(folder, name), { mode: 0o755 })
    }
    await chmod(join(folder, 'private'), 0o700)
    const server = new SambaServer(folder, await freePort())
    await writeFile(server.#configFile, configOf(folder, server.port, options))
    const adding = run('smbpasswd', ['-c', server.#configFile, '-L', '-s', '-a', USER])
    adding.child.stdin?.end(`${PASSWORD}\n${PASSWORD}\n`)
    await adding
    await server.restart()
    return server
  }

  path(share: string, ...rest: string[]): string {
    return join(this.folder, share, ...rest)
  }

  /** How a client reaches it; short limits, because everything is on this machine. */
  options(changes: Partial<SmbShareOptions> = {}): SmbShareOptions {
    return {
      host: '127.0.0.1',
      port: this.port,
      share: 'media',
      credentials: { user: USER, domain: '', password: PASSWORD },
      dialects: Object.values(dialects),
      requireSigning: true,
      requireEncryption: false,
      allowGuest: false,
      timeoutMs: 10_000,
      reconnectLimitMs: 10_000,
      openLimitMs: 1_000,
      ...changes,
    }
  }

  /** Starts it, after `kill` also again, on the same port with the same files. */
  async restart(): Promise<void> {
    const mount = `mount -t tmpfs -o size=${TINY_MB}m,mode=777 tmpfs "$1" 2> /dev/null; shift; exec "$@"`
    const command = [smbd, '--foreground', '--no-process-group', `--configfile=${this.#configFile}`]
    this.#process = spawn('unshare', ['-m', 'sh', '-c', mount, 'sh', this.path('tiny'), ...command], {
      stdio: 'ignore',
      detached: true,
    })
    const startMs = performance.now()
    while (!(await isListening(this.port))) {
      if (this.#process.exitCode !== null || performance.now() - startMs > START_LIMIT_MS) {
        throw new Error(`smbd does not start: ${await this.log()}`)
      }
      await sleep(20)
    }
  }

  /** Everything at once, as when its machine loses power. */
  async kill(): Promise<void> {
    const process = this.#process
    if (!process?.pid || process.exitCode !== null || process.signalCode !== null) return
    const ended = once(process, 'exit')
    globalThis.process.kill(-process.pid, 'SIGKILL')
    await ended
  }

  /** Stops or goes on, with all its connections. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process?.pid) globalThis.process.kill(-this.#process.pid, signal)
  }

  async log(): Promise<string> {
    return await readFile(join(this.folder, 'log', 'log'), 'utf8').catch(() => '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }

  get #configFile(): string {
    return join(this.folder, 'smb.conf')
  }
}

function configOf(folder: string, port: number, options: SambaOptions): string {
  const { minDialect = '2.1', maxDialect = '3.1.1', encryption = 'default', signing = 'default' } = options
  const own = (name: string) => join(folder, name)
  return `[global]
  workgroup = HEARTH
  netbios name = TESTSERVER
  server role = standalone server
  smb ports = ${port}
  interfaces = 127.0.0.1/8
  bind interfaces only = yes
  pid directory = ${own('lock')}
  lock directory = ${own('lock')}
  state directory = ${own('lock')}
  cache directory = ${own('lock')}
  private dir = ${own('private')}
  ncalrpc dir = ${own('lock/ncalrpc')}
  log file = ${own('log/log')}
  passdb backend = tdbsam:${own('private/passdb.tdb')}
  server min protocol = ${protocols[minDialect]}
  server max protocol = ${protocols[maxDialect]}
  server smb encrypt = ${encryption}
  server signing = ${signing}
  disable netbios = yes
  load printers = no
  printcap name = /dev/null
  disable spoolss = yes
  map to guest = never
  ntlm auth = ntlmv2-only
  strict sync = yes
${(options.global ?? []).map((line) => `  ${line}\n`).join('')}
[media]
  path = ${own('media')}
  read only = no
  force user = root
[locked]
  path = ${own('locked')}
  valid users = root
[strict]
  path = ${own('strict')}
  read only = no
[readonly]
  path = ${own('readonly')}
  force user = root
[tiny]
  path = ${own('tiny')}
  read only = no
  force user = root
`
}

/** As Samba calls them. */
const protocols: Record<DialectName, string> = {
  '2.1': 'SMB2_10',
  '3.0': 'SMB3_00',
  '3.0.2': 'SMB3_02',
  '3.1.1': 'SMB3_11',
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port')
  return address.port
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
