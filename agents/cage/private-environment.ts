/**
 * What the processes that open originals find in their environment: nothing of ours, so that a decoder
 * that is taken over learns no secret. Two malloc arenas keep freed memory from piling up in sixteen. Node reads
 * the system's settings of OpenSSL, which are shut to it in a cage, so it is told that there are none.
 *
 * @param options.temporaryFolder where its libraries may put what does not fit into memory
 */
export function privateEnvironment(
  options: { temporaryFolder?: string | undefined; platform?: NodeJS.Platform } = {},
): NodeJS.ProcessEnv {
  const { temporaryFolder, platform = process.platform } = options
  const folder = temporaryFolder === undefined ? {} : { TMPDIR: temporaryFolder }
  return platform === 'win32'
    ? { SystemRoot: 'C:\\Windows', ...folder }
    : { MALLOC_ARENA_MAX: '2', OPENSSL_CONF: '/dev/null', ...folder }
}
