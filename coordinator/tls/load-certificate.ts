import { hostname, networkInterfaces } from 'node:os'
import type { CoordinatorConfig } from '../../config/coordinator-config.ts'
import { makeCertificate, namesOfMachine } from './make-certificate.ts'
import { loadOwnCertificate } from './own-certificate.ts'
import { ServerCertificate } from './server-certificate.ts'

/** The certificate that the configuration asks for; null without TLS. */
export async function loadCertificate({
  tls,
  dataFolder,
  host,
}: Pick<CoordinatorConfig, 'tls' | 'dataFolder' | 'host'>): Promise<ServerCertificate | null> {
  if (tls === 'off') return null
  if (typeof tls === 'object') return await ServerCertificate.ofFiles(tls)
  const names = namesOfMachine(hostname(), host, networkInterfaces())
  return ServerCertificate.ofOwn(
    await loadOwnCertificate(dataFolder, () => makeCertificate(names, new Date())),
  )
}
