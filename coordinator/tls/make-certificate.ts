import type { NetworkInterfaceInfo } from 'node:os'
import { generate } from 'selfsigned'

const LIFE_YEARS = 20

export type CertificateNames = { dns: string[]; ip: string[] }

/** A certificate that vouches for itself, and its key, both as PEM. Agents know it by its fingerprint alone. */
export async function makeCertificate(
  names: CertificateNames,
  now: Date,
): Promise<{ cert: string; key: string }> {
  const notAfterDate = new Date(now)
  notAfterDate.setFullYear(now.getFullYear() + LIFE_YEARS)
  const made = await generate([{ name: 'commonName', value: 'Hearth' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // Clocks of other machines may be late.
    notBeforeDate: new Date(now.getTime() - 24 * 60 * 60_000),
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.dns.map((value) => ({ type: 2 as const, value })),
          ...names.ip.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/**
 * Every name and address by which a browser may reach this machine now.
 *
 * @param host address that the coordinator listens on
 */
export function namesOfMachine(
  machineName: string,
  host: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): CertificateNames {
  const short = machineName.split('.')[0] ?? machineName
  const addresses = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ scopeid }) => !scopeid)
    .map(({ address }) => address)
  const isAddress = /^[\d.]+$|:/.test(host)
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const dns = ['localhost', machineName, `${short}.local`, ...(isAddress ? [] : [host])]
  const ip = ['127.0.0.1', '::1', ...addresses, ...(isAddress && !isEverywhere ? [host] : [])]
  return { dns: [...new Set(dns.map((name) => name.toLowerCase()))], ip: [...new Set(ip)] }
}
