import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const page = join(import.meta.dirname, '..', '..', 'docs', 'fleet.md')

export type Step = { machine: string; args: string[] }

/** The commands of `docs/fleet.md` in their order, each with the machine on which it is typed. */
export function readWalkthrough(): Step[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```sh (\w+)\n(.*?)^```/gms)
  return [...blocks].flatMap(([, machine = '', text = '']) =>
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [program, ...args] = line.split(' ')
        if (program !== 'hearth') throw new Error(`docs/fleet.md: ${line} is no command of hearth`)
        return { machine, args }
      }),
  )
}
