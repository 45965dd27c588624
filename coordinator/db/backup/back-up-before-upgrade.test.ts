import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testEnvironment } from '../../../config/test-environment.ts'
import { migrate, migrations } from '../migrate.ts'
import { bareDatabase } from '../testing/fresh-database.ts'
import { backUpBeforeUpgrade } from './back-up-before-upgrade.ts'
import { listBackups } from './list-backups.ts'

const log = pino({ level: 'silent' })
const older = Object.fromEntries(Object.entries(migrations).slice(0, -1))
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-upgrade-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!testEnvironment.databaseUrl)('before migrations change the database of a server', () => {
  test('a backup of what it holds is made, once', async () => {
    await using bare = await bareDatabase('server')
    await migrate(bare.db, older)
    await sql`insert into account (name, password_hash, role) values ('owner', 'hash', 'admin')`.execute(
      bare.db,
    )
    await backUpBeforeUpgrade({ address: bare.address, backupsFolder: folder, log })
    expect(await listBackups(folder)).toMatchObject([{ kind: 'before-upgrade' }])
    await migrate(bare.db)
    await backUpBeforeUpgrade({ address: bare.address, backupsFolder: folder, log })
    expect(await listBackups(folder)).toHaveLength(1)
  })

  test('a new database needs none', async () => {
    await using bare = await bareDatabase('server')
    await backUpBeforeUpgrade({ address: bare.address, backupsFolder: folder, log })
    expect(await listBackups(folder)).toEqual([])
  })

  test('when it cannot be made, nothing is changed', async () => {
    await using bare = await bareDatabase('server')
    await migrate(bare.db, older)
    const notAFolder = join(folder, 'file')
    writeFileSync(notAFolder, '')
    const making = backUpBeforeUpgrade({ address: bare.address, backupsFolder: notAFolder, log })
    await expect(making).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('backupBeforeUpgrade'),
    })
  })
})
