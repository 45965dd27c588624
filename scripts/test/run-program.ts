import { type SpawnOptions, spawn } from 'node:child_process'

export type ProgramResult = { exitCode: number; stdout: string; stderr: string }

/** Runs a program to its end without a terminal. A program that cannot be started counts as exit code 127. */
export function runProgram(
  command: string,
  parameters: string[],
  options: SpawnOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', (error) => resolve({ exitCode: 127, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ exitCode: code ?? 1, stdout, stderr }))
  })
}

/** @throws Error with the last lines that the program wrote when it fails */
export async function requireProgram(
  command: string,
  parameters: string[],
  options: SpawnOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(command, parameters, options)
  if (exitCode === 0) return stdout
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ')
  throw new Error(`${command} ${parameters[0] ?? ''} ended with ${exitCode}: ${said}`)
}
