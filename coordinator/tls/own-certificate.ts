import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../protocol/errors.ts'

/** Key and certificate in one file, so that there is never one without the other. */
const FILE = 'self-signed.pem'

/**
 * The self-signed certificate in the data folder, made the first time. Coordinators that share the folder share it.
 *
 * @throws AppError `bad_request` when the file holds no such thing
 */
export async function loadOwnCertificate(
  dataFolder: string,
  make: () => Promise<{ cert: string; key: string }>,
): Promise<{ cert: string; key: string }> {
  const folder = join(dataFolder, 'tls')
  const path = join(folder, FILE)
  const known = await read(path)
  if (known) return known
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { cert, key } = await make()
  const draft = join(folder, `${randomUUID()}.pem`)
  try {
    await writeFile(draft, `${key.trim()}\n${cert.trim()}\n`, { mode: 0o600, flush: true, flag: 'wx' })
    await link(draft, path)
  } catch (error) {
    // Another coordinator was faster.
    const other =
      error instanceof Error && 'code' in error && error.code === 'EEXIST' ? await read(path) : undefined
    if (!other) throw error
    return other
  } finally {
    await rm(draft, { force: true })
  }
  return { cert, key }
}

async function read(path: string): Promise<{ cert: string; key: string } | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const cert = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0]
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(text)?.[0]
  if (cert && key) return { cert, key }
  throw new AppError(
    'bad_request',
    `${path} holds no certificate with its key: restore it, or remove it and pair all agents again under a new one`,
  )
}
