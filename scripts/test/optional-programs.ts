import { findLibrary, findProgram } from '../../config/test-environment.ts'

type OptionalProgram = { names: string[]; debianPackage: string; without: string }

/** What some tests need beside what npm brings. */
const optionalPrograms: OptionalProgram[] = [
  {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackage: 'chromium',
    without: 'the browser tests are skipped',
  },
  { names: ['ffmpeg'], debianPackage: 'ffmpeg', without: 'the tests of videos are skipped' },
  { names: ['ffprobe'], debianPackage: 'ffmpeg', without: 'the tests of videos are skipped' },
  { names: ['ip'], debianPackage: 'iproute2', without: 'the tests that make networks are skipped' },
  {
    names: ['libfaketimeMT.so.1'],
    debianPackage: 'libfaketime',
    without: 'the test of wrong clocks is skipped',
  },
  { names: ['perl'], debianPackage: 'perl', without: 'the tests that read metadata are skipped' },
  {
    names: ['smbpasswd'],
    debianPackage: 'samba',
    without: 'the tests of SMB shares are skipped',
  },
  { names: ['strace'], debianPackage: 'strace', without: 'the audits of system calls are skipped' },
  {
    names: ['systemd-analyze'],
    debianPackage: 'systemd',
    without: 'the units of services are not checked by systemd itself',
  },
  { names: ['unshare'], debianPackage: 'util-linux', without: 'the tests without a network are skipped' },
]

/** One sentence for each program that this machine does not have. */
export function describeMissingPrograms(find: (name: string) => string | undefined = findAny): string[] {
  return optionalPrograms
    .filter(({ names }) => !names.some((name) => find(name)))
    .map(
      ({ names, debianPackage, without }) =>
        `${names[0]} is missing: ${without}; get it with apt-get install ${debianPackage}`,
    )
}

function findAny(name: string): string | undefined {
  return findProgram(name) ?? findLibrary(name)
}
