import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'

/** The same policy as the real server's: what breaks it shows here first. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' ws: wss:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')
const mimeTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** The built app: each address without a file's ending is the app itself. */
export async function serveFile(webFolder: string, path: string, response: ServerResponse): Promise<void> {
  const isFile = extname(path) !== ''
  const name = isFile ? path.replaceAll('..', '') : '/index.html'
  try {
    const bytes = await readFile(join(webFolder, name))
    response.setHeader('content-type', mimeTypes[extname(name)] ?? 'application/octet-stream')
    response.setHeader('content-security-policy', contentSecurityPolicy)
    response.setHeader(
      'cache-control',
      name.startsWith('/static/') ? 'max-age=31536000, immutable' : 'no-cache',
    )
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

/** As media elements ask for it, part by part. */
export function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  response.setHeader('content-type', 'video/webm')
  response.setHeader('accept-ranges', 'bytes')
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (!range) {
    response.end(bytes)
    return
  }
  const start = Number(range[1])
  const end = Math.min(range[2] ? Number(range[2]) : bytes.length - 1, bytes.length - 1)
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` })
  response.end(bytes.subarray(start, end + 1))
}

/** Three seconds of a test picture; empty where there is no ffmpeg, which looks like a codec nobody can play. */
export function makeVideo(): Buffer {
  const out = join(tmpdir(), `hearth-fake-${process.pid}.webm`)
  const source = ['-f', 'lavfi', '-i', 'gradients=s=960x540:d=3:speed=0.02']
  spawnSync('ffmpeg', [
    '-loglevel',
    'error',
    '-y',
    ...source,
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libvpx',
    '-b:v',
    '600k',
    out,
  ])
  const read = spawnSync('cat', [out], { maxBuffer: 16_000_000 })
  spawnSync('rm', ['-f', out])
  return read.stdout
}
