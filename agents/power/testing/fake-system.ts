import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * The far side is the system: an inhibitor that writes down what it holds, and a bus whose signals are the lines of
 * a file.
 */
export function fakeSystem() {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-system-'))
  const add = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  add(
    'systemd-inhibit',
    `echo "held $1 $2" >> ${folder}/locks; while [ "\${1#--}" != "$1" ]; do shift; done; "$@"; echo "let go" >> ${folder}/locks`,
  )
  add('gdbus', `exec tail -n +1 -F ${folder}/signals`)
  for (const name of ['locks', 'signals']) writeFileSync(join(folder, name), '')
  const read = () => readFileSync(join(folder, 'locks'), 'utf8').trim().split('\n').filter(Boolean)
  const signal = (is: boolean) =>
    appendFileSync(
      join(folder, 'signals'),
      `/org/freedesktop/login1: org.freedesktop.login1.Manager.PrepareForSleep (${is},)\n`,
    )
  const searchPath = `${folder}:/usr/bin:/bin`
  return { folder, searchPath, read, signal, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
