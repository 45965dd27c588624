import { ENV } from './systemd-unit.ts'

/**
 * Programs and scripts that an installed service points to.
 *
 * @param content of a unit, a property list or a task, as this Hearth or an older one wrote it
 * @returns the program, and the script that it runs
 */
export function pathsOfService(content: string): string[] {
  const [first, ...others] = commandOf(content)
  const [program, ...words] = first === ENV ? others : [first, ...others]
  const script = words.find((word) => !word?.startsWith('--'))
  return [program, script].filter((path) => path !== undefined)
}

function commandOf(content: string): string[] {
  // Not what a regular expression takes for the end of a line: U+2028 may be part of a name.
  const unit = /^ExecStart=([^\n]*)/m.exec(content)?.[1]
  if (unit !== undefined) {
    return [...unit.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, word = '']) =>
      word.replace(/\\(.)/gs, '$1').replaceAll('$$', '$').replaceAll('%%', '%'),
    )
  }
  const list = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(content)?.[1]
  if (list !== undefined) {
    return [...list.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, word = '']) => plainOfXml(word))
  }
  const program = /<Command>([\s\S]*?)<\/Command>/.exec(content)?.[1]
  const words = /<Arguments>([\s\S]*?)<\/Arguments>/.exec(content)?.[1]
  if (program === undefined || words === undefined) return []
  const rest = [...plainOfXml(words).matchAll(/"((?:[^"\\]|\\.)*)"|\S+/gs)]
  return [plainOfXml(program), ...rest.map(([whole, quoted]) => quoted ?? whole)]
}

function plainOfXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
