import { AppError } from '../../../protocol/errors.ts'

export type SmbAddress = {
  host: string
  port: number
  share: string
  /** Folder on the share, `/` between segments; empty for the share itself. */
  folder: string
}

const DEFAULT_PORT = 445

/**
 * Reads `smb://host[:port]/share[/folder]`. Users and passwords have no place in it: addresses are shown and logged.
 *
 * @throws AppError `bad_request`
 */
export function parseSmbAddress(text: string): SmbAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const [share = '', ...folders] = segmentsOf(url)
  if (url?.protocol !== 'smb:' || url.hostname === '' || share === '') {
    throw new AppError('bad_request', `“${text}” is no address of a share; write smb://host/share/folder`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'bad_request',
      'An SMB address holds no user or password; give user and passwordFile beside it',
    )
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    share,
    folder: folders.join('/'),
  }
}

/** As people read it, without the default port. */
export function showSmbAddress({ host, port, share, folder }: SmbAddress): string {
  const where = host.includes(':') ? `[${host}]` : host
  return `smb://${where}${port === DEFAULT_PORT ? '' : `:${port}`}/${share}${folder === '' ? '' : `/${folder}`}`
}

function segmentsOf(url: URL | undefined): string[] {
  try {
    const segments = (url?.pathname ?? '').split('/').filter(Boolean).map(decodeURIComponent)
    return segments.some((segment) => /^\.\.?$|[\\/\0]/.test(segment)) ? [] : segments
  } catch {
    return []
  }
}
