import { spawn } from 'node:child_process'

/**
 * Runs the owner's sleep command, an array of program and arguments without a shell. It may take as long as the
 * machine sleeps, and the agent may end meanwhile.
 *
 * @returns why it failed, for people; null when it ended well
 */
export function runSleepCommand(argv: readonly string[], searchPath: string): Promise<string | null> {
  const [program = '', ...parameters] = argv
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      env: { PATH: searchPath },
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    })
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-300)
    })
    child.on('error', (error) =>
      resolve(`The sleep command “${program}” could not be started: ${error.message}`),
    )
    child.on('close', (code, signal) => {
      const said = words.trim() ? `: ${words.trim()}` : ''
      resolve(code === 0 ? null : `The sleep command “${program}” ended with ${code ?? signal}${said}`)
    })
  })
}
