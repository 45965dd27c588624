import type { Readable } from 'node:stream'
import type { SmbSourceConfig } from '../../config/source-config.ts'
import { joinPathName } from '../../protocol/path-name.ts'
import { restBelow } from './path-map.ts'
import { dialectsFrom } from './smb/messages/dialect.ts'
import { readPassword } from './smb/read-password.ts'
import { openSmbPart } from './smb/read-stream.ts'
import { parseSmbAddress, type SmbAddress, showSmbAddress } from './smb/smb-address.ts'
import { SmbError } from './smb/smb-error.ts'
import { smbNameOf } from './smb/smb-name.ts'
import { SmbShare } from './smb/smb-share.ts'
import type { ByteSpan, Source, WantedFile } from './source.ts'

/** Of a connection or an answer. */
const TIMEOUT_MS = 15_000
const RECONNECT_LIMIT_MS = 20_000
const OPEN_LIMIT_MS = 1_000

/** A share that this agent reads by itself, with nothing mounted. */
export class SmbSource implements Source {
  readonly kind = 'smb'
  readonly #config: SmbSourceConfig
  readonly #address: SmbAddress
  #share: Promise<SmbShare> | undefined

  /** @throws AppError `bad_request` for an address that is none */
  constructor(config: SmbSourceConfig) {
    this.#config = config
    this.#address = parseSmbAddress(config.address)
  }

  get label(): string {
    return showSmbAddress(this.#address)
  }

  covers(root: string): boolean {
    return restBelow(this.#config.library, root, '') !== undefined
  }

  async open(file: WantedFile, span: ByteSpan, signal: AbortSignal): Promise<Readable> {
    const rest = restBelow(this.#config.library, file.root, file.path)
    if (rest === undefined) {
      throw new SmbError('bad_request', `${this.label} does not hold this file`, { scope: 'file' })
    }
    const name = smbNameOf(joinPathName(this.#address.folder, rest))
    const share = await this.#opened()
    return await openSmbPart(share, { name, sizeBytes: file.sizeBytes, ...span }, signal)
  }

  async stop(): Promise<void> {
    const share = await this.#share?.catch(() => undefined)
    await share?.stop()
  }

  /** With the first file; a password file that is not there is looked for again the next time. */
  async #opened(): Promise<SmbShare> {
    this.#share ??= this.#create()
    try {
      return await this.#share
    } catch (error) {
      this.#share = undefined
      throw error
    }
  }

  async #create(): Promise<SmbShare> {
    const { user, domain, passwordFile, minDialect, signing, encryption, allowGuest } = this.#config
    const { host, port, share } = this.#address
    return new SmbShare({
      host,
      port,
      share,
      credentials: { user, domain, password: passwordFile === null ? '' : await readPassword(passwordFile) },
      dialects: dialectsFrom(minDialect),
      requireSigning: signing === 'required',
      requireEncryption: encryption === 'required',
      allowGuest,
      timeoutMs: TIMEOUT_MS,
      reconnectLimitMs: RECONNECT_LIMIT_MS,
      openLimitMs: OPEN_LIMIT_MS,
    })
  }
}
