import { escapeXml } from './escape-xml.ts'
import { fillTemplate } from './fill-template.ts'
import { descriptions, type ServicePlan } from './service-plan.ts'

/**
 * The text of a task for Windows' Task Scheduler: at the start of the machine, or when its user signs in.
 *
 * @param userId account under which it runs, for a service of the machine the least powerful one there is
 */
export function taskXml(plan: ServicePlan, userId: string): string {
  const { role, command, workingFolder, isForUser } = plan
  const [program = '', ...words] = command
  return fillTemplate('hearth-task.xml', {
    description: escapeXml(descriptions[role]),
    trigger: isForUser ? 'LogonTrigger' : 'BootTrigger',
    user: escapeXml(userId),
    logonType: isForUser ? 'InteractiveToken' : 'ServiceAccount',
    program: escapeXml(program),
    arguments: escapeXml(words.map(quoteArgument).join(' ')),
    workingFolder: escapeXml(workingFolder),
  })
}

/**
 * One word of a Windows command line, as `CommandLineToArgvW` takes it apart again: backslashes count only before a
 * quotation mark, and then double.
 */
export function quoteArgument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  const escaped = word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')
  return `"${escaped}"`
}
