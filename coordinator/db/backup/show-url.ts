/** The address of a server without its password, for people. */
export function showUrl(url: string): string {
  try {
    const shown = new URL(url)
    shown.password = ''
    shown.search = ''
    return shown.href
  } catch {
    return 'a Postgres server'
  }
}
