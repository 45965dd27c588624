import { join, resolve } from 'node:path'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import { AppError } from '../../protocol/errors.ts'
import { examine } from '../doctor/examine.ts'
import { formatFindings } from '../doctor/format-findings.ts'
import type { Command } from './command.ts'
import { readArguments } from './read-arguments.ts'

const USUAL_WIDTH = 80

const usage = `Usage: hearth doctor [options]

Looks at everything that Hearth needs on this machine, and says what to do: Node and its
libraries, memory, disk, database, backups, ports, what reads pictures and movies and the
cage around it, folders of libraries, models and what runs them, the coordinator of an
agent, waking. Changes nothing.

  --data FOLDER        Hearth's data folder (${defaultDataFolder()})
  --state FOLDER       an agent's own folder (agent in the data folder)
  --json               print JSON on standard output

Examples:
  hearth doctor
  hearth doctor --json | jq '.[] | select(.result != "ok")'`

/** `hearth doctor`; fails when something does not work. */
export const doctorCommand: Command = {
  usage,
  async run(args) {
    const { values } = readArguments('doctor', args, {
      data: { type: 'string' },
      state: { type: 'string' },
      json: { type: 'boolean' },
    })
    const data = resolve(values.data ?? defaultDataFolder())
    const findings = await examine({
      data,
      state: resolve(values.state ?? join(data, 'agent')),
      searchPath: environment.path(),
      platform: process.platform,
      databaseUrl: environment.databaseUrl(),
    })
    const width = process.stdout.columns || USUAL_WIDTH
    const text = values.json ? JSON.stringify(findings) : formatFindings(findings, width)
    process.stdout.write(`${text}\n`)
    if (findings.some(({ result }) => result === 'fail')) {
      throw new AppError('unavailable', 'Something does not work; what to do is said above')
    }
  },
}
