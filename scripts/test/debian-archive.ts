/**
 * The address of the Debian archive in a machine's package sources.
 *
 * @param text one file of `/etc/apt`: deb822 paragraphs or one-line entries
 * @param codename the machine's release, as `VERSION_CODENAME` in `/etc/os-release`
 */
export function findArchiveUri(text: string, codename: string): string | undefined {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return findInParagraphs(lines.join('\n'), codename) ?? findInLines(lines, codename)
}

function findInParagraphs(text: string, codename: string): string | undefined {
  for (const paragraph of text.split(/\n\s*\n/)) {
    const field = (name: string) =>
      new RegExp(`^${name}:(.*)$`, 'im').exec(paragraph)?.[1]?.trim().split(/\s+/) ?? []
    if (field('Suites').includes(codename) && field('Components').includes('main')) return field('URIs')[0]
  }
  return undefined
}

function findInLines(lines: string[], codename: string): string | undefined {
  for (const line of lines) {
    const [, uri, suite, components] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (suite === codename && components?.split(/\s+/).includes('main')) return uri
  }
  return undefined
}
