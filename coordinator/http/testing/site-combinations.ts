export type SiteCombination = {
  origin: string | undefined
  site: string | undefined
  cookie: string | undefined
  /** Whether something that changes may pass. */
  passes: boolean
}

/**
 * Forty ways in which a browser or a program may say where a request comes from.
 *
 * @param ownOrigin of the server
 * @param cookie of a session
 */
export function siteCombinations(ownOrigin: string, cookie: string): SiteCombination[] {
  const origins = [undefined, ownOrigin, 'https://evil.example', `${ownOrigin}.evil.example`, 'null']
  const sites = [undefined, 'same-origin', 'same-site', 'cross-site']
  return origins.flatMap((origin) =>
    sites.flatMap((site) =>
      [undefined, cookie].map((cookie) => ({
        origin,
        site,
        cookie,
        // The browser's own word first, then the origin; without either, only a program, which has no cookie.
        passes:
          site === 'same-origin' ||
          (origin === undefined ? site === undefined && cookie === undefined : origin === ownOrigin),
      })),
    ),
  )
}

/** As headers of a request; what is not said is left out. */
export function headersOf({ origin, site, cookie }: SiteCombination): Record<string, string> {
  const headers = { origin, 'sec-fetch-site': site, cookie }
  return Object.fromEntries(
    Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
