import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'koa'
import { AppError } from '../../protocol/errors.ts'
import { entityTag, isNoneMatch } from '../media/entity-tag.ts'
import { webPathSegments } from './web-path.ts'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  webmanifest: 'application/manifest+json',
  map: 'application/json',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
}
const compressed = new Set(['html', 'js', 'css', 'json', 'webmanifest', 'map', 'txt', 'svg', 'wasm'])
/** The build puts files with a hash in their name here, and only those. */
const HASHED_FOLDER = 'static'
const MAX_KEPT_BYTES = 64 * 1024 * 1024

const preparing = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<title>Hearth</title>
<style>
html { height: 100%; background: light-dark(#fbfaf8, #141210); color: light-dark(#4a4640, #b8b1a7); }
body { display: grid; place-items: center; height: 100%; margin: 0; font: 16px/1.5 system-ui, sans-serif; }
</style>
</head>
<body><p role="status">Hearth is preparing its pages…</p></body>
</html>
`

type Encoding = 'br' | 'gzip' | 'identity'
type WebFile = { bytes: Buffer; tag: string; extension: string; encoded: Map<Encoding, Promise<Buffer>> }

/**
 * Serves the built web app. Its files are few, so they are kept in memory with their compressed forms.
 *
 * preparing: without a folder, or while it has no `index.html`; every page says so and asks again. Serving:
 *   once there is one. `setFolder` may come at any time and forgets what was kept.
 */
export class WebApp {
  #folder: string | null
  #kept = new Map<string, WebFile>()
  #keptBytes = 0

  constructor(folder: string | null) {
    this.#folder = folder
  }

  setFolder(folder: string | null): void {
    this.#folder = folder
    this.#kept = new Map()
    this.#keptBytes = 0
  }

  /** @throws AppError `not_found` for what is neither a file nor a page of the app */
  async answer(context: Context): Promise<void> {
    const segments = webPathSegments(context.path)
    if (!segments) throw new AppError('not_found', 'There is no such page')
    const file = segments.length === 0 ? undefined : await this.#find(segments)
    if (file) {
      const isHashed = segments[0] === HASHED_FOLDER
      await send(context, file, isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      return
    }
    // What looks like a file is none: a page in its place would be taken for a broken script.
    if (segments[0] === HASHED_FOLDER || segments.at(-1)?.includes('.')) {
      throw new AppError('not_found', 'There is no such file; reload the page')
    }
    const index = await this.#find(['index.html'])
    if (index) await send(context, index, 'no-cache')
    else sendPreparing(context)
  }

  async #find(segments: string[]): Promise<WebFile | undefined> {
    const folder = this.#folder
    if (folder === null) return undefined
    const key = segments.join('/')
    const path = join(folder, ...segments)
    try {
      const facts = await stat(path)
      if (!facts.isFile()) return undefined
      const version = `${key} ${facts.size} ${facts.mtimeMs}`
      return this.#kept.get(version) ?? (await this.#read(folder, path, version))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
      throw error
    }
  }

  async #read(folder: string, path: string, version: string): Promise<WebFile | undefined> {
    const root = await realpath(folder)
    // A link that leads out of the folder is nobody's page.
    if (!(await realpath(path)).startsWith(root + sep)) return undefined
    const bytes = await readFile(path)
    const tag = entityTag(createHash('sha256').update(bytes).digest('base64url'))
    const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
    const file: WebFile = { bytes, tag, extension, encoded: new Map() }
    if (this.#keptBytes + bytes.length <= MAX_KEPT_BYTES) {
      this.#keptBytes += bytes.length
      this.#kept.set(version, file)
    }
    return file
  }
}

async function send(context: Context, file: WebFile, cacheControl: string): Promise<void> {
  const encoding = compressed.has(file.extension) ? encodingFor(context) : 'identity'
  const tag = encoding === 'identity' ? file.tag : `${file.tag.slice(0, -1)}-${encoding}"`
  context.set('cache-control', cacheControl)
  context.set('etag', tag)
  context.vary('accept-encoding')
  if (isNoneMatch(context.headers['if-none-match'], tag)) {
    context.status = 304
    return
  }
  context.type = types[file.extension] ?? 'application/octet-stream'
  if (encoding !== 'identity') context.set('content-encoding', encoding)
  context.body = await encode(file, encoding)
}

function encodingFor(context: Context): Encoding {
  const accepted = context.acceptsEncodings('br', 'gzip', 'identity')
  return accepted === 'br' || accepted === 'gzip' ? accepted : 'identity'
}

function encode(file: WebFile, encoding: Encoding): Promise<Buffer> {
  let encoded = file.encoded.get(encoding)
  if (!encoded) {
    encoded = compress(file.bytes, encoding)
    file.encoded.set(encoding, encoded)
  }
  return encoded
}

async function compress(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') {
    return await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } })
  }
  return encoding === 'gzip' ? await promisify(gzip)(bytes) : bytes
}

function sendPreparing(context: Context): void {
  context.status = 503
  context.set('retry-after', '2')
  context.set('cache-control', 'no-store')
  context.type = 'text/html; charset=utf-8'
  context.body = preparing
}
