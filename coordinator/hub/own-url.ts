/**
 * Where other coordinators reach this one when its owner says nothing else.
 *
 * @param host address that it listens on; all addresses are reached by the machine's name
 */
export function ownUrl(host: string, port: number, machineName: string, isTls = false): string {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? machineName : host
  return `${isTls ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
