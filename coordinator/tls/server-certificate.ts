import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { AppError } from '../../protocol/errors.ts'

const CHECK_INTERVAL_MS = 10_000

export type CertificatePair = { cert: string; key: string }

/** A certificate of the owner's own, in files that something else renews. */
export type CertificateFiles = { certFile: string; keyFile: string }

/**
 * What this coordinator shows over TLS.
 *
 * loaded → watched: `watch()`; a renewed file is taken within ten seconds, and one that cannot be used is left alone
 *   with a warning, so that the certificate before stays. watched → ended: `stop()`.
 */
export class ServerCertificate {
  #pair: CertificatePair
  readonly #files: CertificateFiles | null
  #timer: NodeJS.Timeout | undefined
  #seen = ''

  private constructor(pair: CertificatePair, files: CertificateFiles | null) {
    this.#pair = pair
    this.#files = files
  }

  static ofOwn(pair: CertificatePair): ServerCertificate {
    return new ServerCertificate(pair, null)
  }

  /** @throws AppError `bad_request` when the files cannot be read, or do not belong together */
  static async ofFiles(files: CertificateFiles): Promise<ServerCertificate> {
    const certificate = new ServerCertificate(await readPair(files), files)
    certificate.#seen = await stampOf(files)
    return certificate
  }

  get pair(): CertificatePair {
    return this.#pair
  }

  get isSelfSigned(): boolean {
    return this.#files === null
  }

  /** SHA-256, base64url. */
  get fingerprint(): string {
    return createHash('sha256').update(new X509Certificate(this.#pair.cert).raw).digest('base64url')
  }

  /**
   * Channels on which agents may have come: see `Statement`. One that has an authority to ask pins nothing.
   */
  get channels(): string[] {
    return this.isSelfSigned ? [this.fingerprint] : ['', this.fingerprint]
  }

  watch(log: Logger, onRenewed: (pair: CertificatePair) => void, intervalMs = CHECK_INTERVAL_MS): void {
    const files = this.#files
    if (files === null) return
    this.#timer = setInterval(() => {
      this.#renew(files, onRenewed).then(
        (isRenewed) => isRenewed && log.info({ certFile: files.certFile }, 'took the renewed certificate'),
        (error) => log.warn({ err: error }, 'the renewed certificate cannot be used; the one before stays'),
      )
    }, intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #renew(files: CertificateFiles, onRenewed: (pair: CertificatePair) => void): Promise<boolean> {
    const stamp = await stampOf(files)
    if (stamp === this.#seen) return false
    // Said once for each change: between the renewal of the one file and of the other they do not fit.
    this.#seen = stamp
    this.#pair = await readPair(files)
    onRenewed(this.#pair)
    return true
  }
}

async function readPair({ certFile, keyFile }: CertificateFiles): Promise<CertificatePair> {
  const read = (path: string) =>
    readFile(path, 'utf8').catch((cause) => {
      throw new AppError('bad_request', `${path} cannot be read: check its name and who may read it`, {
        cause,
      })
    })
  const pair = { cert: await read(certFile), key: await read(keyFile) }
  try {
    createSecureContext(pair)
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
      throw new Error('They do not fit')
  } catch (cause) {
    throw new AppError(
      'bad_request',
      `${certFile} and ${keyFile} are not a certificate and its key, both as PEM and without a password`,
      { cause },
    )
  }
  return pair
}

async function stampOf({ certFile, keyFile }: CertificateFiles): Promise<string> {
  const [cert, key] = await Promise.all([stat(certFile), stat(keyFile)])
  return [cert.mtimeMs, cert.size, cert.ino, key.mtimeMs, key.size, key.ino].join()
}
