import { execFile } from 'node:child_process'

const LIMIT_MS = 5_000
const MAX_BYTES = 1_000_000

/**
 * What a small program of the system prints; null when it is missing, fails or takes too long: what it would have
 * told is then not known.
 *
 * @param searchPath as in `PATH`
 */
export function runBriefly(argv: readonly string[], searchPath: string): Promise<string | null> {
  const [program = '', ...parameters] = argv
  return new Promise((resolve) => {
    execFile(
      program,
      parameters,
      {
        env: { PATH: searchPath, LC_ALL: 'C' },
        timeout: LIMIT_MS,
        maxBuffer: MAX_BYTES,
        killSignal: 'SIGKILL',
      },
      (error, stdout) => resolve(error ? null : stdout),
    )
  })
}
