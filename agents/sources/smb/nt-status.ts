import type { ErrorCode } from '../../../protocol/errors.ts'
import { SmbError, type SmbErrorScope } from './smb-error.ts'

/** The statuses that steer the client. @see https://learn.microsoft.com/openspecs/windows_protocols/ms-erref */
export const ntStatus = {
  success: 0,
  pending: 0x0000_0103,
  noMoreFiles: 0x8000_0006,
  noSuchFile: 0xc000_000f,
  endOfFile: 0xc000_0011,
  moreProcessingRequired: 0xc000_0016,
  objectNameNotFound: 0xc000_0034,
  notSupported: 0xc000_00bb,
  invalidDeviceRequest: 0xc000_0010,
  fsDriverRequired: 0xc000_019c,
  userSessionDeleted: 0xc000_0203,
  networkSessionExpired: 0xc000_035c,
} as const

type StatusRule = { code: ErrorCode; scope: SmbErrorScope; says: string; mayReconnect?: true }

const missing: StatusRule = {
  code: 'file_missing',
  scope: 'file',
  says: 'there is no such file on the share',
}
const locked: StatusRule = {
  code: 'file_unreadable',
  scope: 'file',
  says: 'another program keeps it locked; close it there',
}
const full: StatusRule = {
  code: 'disk_full',
  scope: 'share',
  says: 'the disk of the server is full; make room',
}
const isFolder: StatusRule = { code: 'bad_request', scope: 'file', says: 'it is a folder' }
const badDisk: StatusRule = {
  code: 'file_unreadable',
  scope: 'file',
  says: 'the server reports a disk error; check its disk',
}
const login = (says: string): StatusRule => ({ code: 'unauthenticated', scope: 'share', says })
const gone = (says: string): StatusRule => ({
  code: 'unavailable',
  scope: 'server',
  says,
  mayReconnect: true,
})

const rules: Record<number, StatusRule> = {
  [ntStatus.noSuchFile]: missing,
  [ntStatus.objectNameNotFound]: missing,
  3221225530: missing,
  3221225558: { ...missing, says: 'it is being deleted on the server' },
  3221225506: {
    code: 'file_unreadable',
    scope: 'file',
    says: 'the account may not do this; give it the right on the server',
  },
  3221225523: { code: 'bad_request', scope: 'file', says: 'the server takes no such name' },
  3221225539: locked,
  3221225556: locked,
  3221225557: locked,
  3221225525: { code: 'conflict', scope: 'file', says: 'the name is already taken' },
  3221225658: isFolder,
  3221225731: { code: 'bad_request', scope: 'file', says: 'it is no folder' },
  2147483693: {
    code: 'refused_by_agent',
    scope: 'file',
    says: 'it is a link; this agent does not follow it',
  },
  3221225534: badDisk,
  3221225535: badDisk,
  3221225861: badDisk,
  3221225540: { ...full, says: 'the account has used up its quota on the server; raise it or make room' },
  3221225599: full,
  3221225634: { code: 'forbidden', scope: 'share', says: 'the share may only be read' },

  3221225572: login('the server does not know this user; check user and domain'),
  3221225578: login('the password is wrong; check the password file'),
  3221225581: login('user or password is wrong; check user, domain and the password file'),
  3221225582: login('the server does not let this account in over the network; see its account rules'),
  3221225583: login('the account may not log in at this time of day'),
  3221225584: login('the account may not log in from this machine'),
  3221225585: login('the password has expired; set a new one on the server'),
  3221225586: login('the account is disabled; enable it on the server'),
  3221225819: login('the account may not log in over the network; allow it on the server'),
  3221225875: login('the account has expired; renew it on the server'),
  3221226020: login('the password must be changed first; set a new one on the server'),
  3221226036: login('the account is locked after too many wrong passwords; unlock it on the server'),
  3221225676: {
    code: 'not_found',
    scope: 'share',
    says: 'there is no such share; check its name in the address',
  },
  3221225675: { code: 'not_found', scope: 'share', says: 'it is no share of files' },
  3221226071: {
    code: 'not_found',
    scope: 'share',
    says: 'it lies on another server (DFS); put that server into the address',
  },

  3221225760: { code: 'conflict', scope: 'file', says: 'it was cancelled' },
  3221225626: gone('the server has no resources left'),
  3221225989: gone('the server has no resources left'),
  3221225653: gone('the server waited too long for its disk'),
  3221225673: gone('the share was closed'),
  3221225768: gone('the file was closed'),
  3221225996: gone('the server hung up'),
  3221225997: gone('the server hung up'),
  [ntStatus.userSessionDeleted]: gone('the session has ended'),
  [ntStatus.networkSessionExpired]: gone('the session has ended'),
}

/** @param what failed, as the start of a sentence: `Cannot open a.jpg on smb://nas/photos` */
export function statusError(status: number, what: string): SmbError {
  const rule = rules[status]
  const hex = `0x${status.toString(16).padStart(8, '0')}`
  if (!rule) {
    return new SmbError('unavailable', `${what}: the server answered ${hex}`, { scope: 'share', status })
  }
  const { code, scope, says, mayReconnect } = rule
  return new SmbError(code, `${what}: ${says}`, { scope, mayReconnect, status })
}
