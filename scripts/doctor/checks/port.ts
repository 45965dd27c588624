import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import { localAccessPath } from '../../../coordinator/accounts/local-access.ts'
import type { Check } from '../finding.ts'

const USUAL_PORT: number = CoordinatorConfig.shape.port.parse(undefined)

/** Whether a coordinator could listen, where none does. */
export const checkPort: Check = async ({ data }) => {
  const name = 'port'
  if (existsSync(localAccessPath(data))) {
    return [{ name, result: 'ok', found: 'a coordinator is listening' }]
  }
  const server = createServer()
  try {
    server.listen(USUAL_PORT, '127.0.0.1')
    await once(server, 'listening')
    return [{ name, result: 'ok', found: `${USUAL_PORT} is free` }]
  } catch {
    const advice = 'Another program has it: start Hearth with --port'
    return [{ name, result: 'warn', found: `${USUAL_PORT} is in use`, advice }]
  } finally {
    server.close()
  }
}
