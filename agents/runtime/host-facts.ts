import { arch, cpus, hostname, networkInterfaces, release, totalmem, type } from 'node:os'
import { readNetworks } from '../../config/networks.ts'
import type { HostFacts } from '../../protocol/agents.ts'

/** What this machine is, for the dashboard and for waking it. */
export function readHostFacts(): HostFacts {
  const macAddresses = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal)
    .map((address) => address.mac)
  return {
    hostName: hostname(),
    os: `${type()} ${release()}`,
    arch: arch(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCount: cpus().length || 1,
    memoryBytes: totalmem(),
    gpu: null,
    macAddresses: [...new Set(macAddresses)].slice(0, 64),
    networks: readNetworks().slice(0, 64),
  }
}
