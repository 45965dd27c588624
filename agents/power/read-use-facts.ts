import type { PowerConfig } from '../../config/power-config.ts'
import { readGraphicsCard } from './graphics-card.ts'
import { readInputIdle } from './input-idle.ts'
import type { UseFacts } from './may-work.ts'
import type { ProcessorUse } from './processor-use.ts'
import { readTemperature } from './temperature.ts'

/** Only what the rules ask for is looked up. @param isWorking this agent's own jobs run */
export async function readUseFacts(
  rules: Pick<PowerConfig, 'yield' | 'limits'>,
  searchPath: string,
  processors: ProcessorUse,
  isWorking: boolean,
): Promise<UseFacts> {
  const { inputIdleMinutes, cpuPercent, gpuPercent } = rules.yield
  const { temperatureC, gpuMemoryMb } = rules.limits
  const asksCard = gpuPercent !== null || gpuMemoryMb !== null || temperatureC !== null
  const [inputIdleMs, card, zoneC] = await Promise.all([
    inputIdleMinutes === null ? null : readInputIdle(searchPath),
    asksCard ? readGraphicsCard(searchPath) : null,
    temperatureC === null ? null : readTemperature(),
  ])
  const temperatures = [zoneC, card?.temperatureC ?? null].filter((c) => c !== null)
  return {
    inputIdleMs,
    othersCpuPercent: cpuPercent === null ? null : processors.othersPercent(isWorking),
    // While our own jobs use the card, nobody can tell whose work it is.
    gpuPercent: isWorking ? null : (card?.percent ?? null),
    gpuFreeMb: isWorking ? null : (card?.freeMb ?? null),
    temperatureC: temperatures.length === 0 ? null : Math.max(...temperatures),
  }
}
