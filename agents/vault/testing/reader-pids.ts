import { readdir, readFile } from 'node:fs/promises'

/** Process ids of this process's reader children, on Linux. */
export async function readerPids(): Promise<number[]> {
  return await childPids('reader/main.ts')
}

/** Process ids of this process's children whose command holds a text, on Linux. */
export async function childPids(commandPart: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found: number[] = []
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
    if (status.includes(`\nPPid:\t${process.pid}\n`) && command.includes(commandPart)) found.push(pid)
  }
  return found
}
