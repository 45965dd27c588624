import { join } from 'node:path'
import type { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import type { FaultRig } from './fault-rig.ts'
import { RigProcess } from './rig-process.ts'

/** Another coordinator on a rig's database and derived store. The rig knows nothing of it. */
export type SecondCoordinator = AsyncDisposable & { process: RigProcess; url: string }

/** @param script another program than the real coordinator's, as the rig's */
export async function startSecondCoordinator(
  rig: FaultRig,
  port: number,
  options: { leaseTtlMs?: number; script?: string } = {},
): Promise<SecondCoordinator> {
  const process = new RigProcess({
    name: 'second coordinator',
    script: options.script ?? 'coordinator/main.ts',
    config: (): Partial<CoordinatorConfig> => ({
      port,
      database: rig.database.address,
      dataFolder: join(rig.folder, 'data'),
      leaseTtlMs: options.leaseTtlMs,
      logLevel: 'info',
    }),
    env: { TMPDIR: join(rig.folder, 'tmp') },
  })
  const info = (await process.start()) as { port: number }
  return {
    process,
    url: `http://127.0.0.1:${info.port}`,
    [Symbol.asyncDispose]: () => process.kill(),
  }
}
