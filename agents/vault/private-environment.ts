/**
 * What the processes that open originals find in their environment: nothing of ours, so that a decoder
 * that is taken over learns no secret. Two malloc arenas keep freed memory from piling up in sixteen.
 */
export function privateEnvironment(platform: NodeJS.Platform = process.platform): NodeJS.ProcessEnv {
  return platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : { MALLOC_ARENA_MAX: '2' }
}
