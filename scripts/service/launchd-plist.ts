import { escapeXml } from './escape-xml.ts'
import { fillTemplate } from './fill-template.ts'
import { type ServicePlan, type ServiceRole, STOP_SECONDS, serviceName } from './service-plan.ts'

/** `home.hearth`, `home.hearth-agent`. */
export function launchdLabel(role: ServiceRole): string {
  return `home.${serviceName(role)}`
}

/** The text of a launchd property list. */
export function launchdPlist(plan: ServicePlan, logFile: string): string {
  const { role, command, workingFolder, isForUser, user } = plan
  return fillTemplate('hearth.plist', {
    label: launchdLabel(role),
    arguments: command.map((word) => `    <string>${escapeXml(word)}</string>`).join('\n'),
    workingFolder: escapeXml(workingFolder),
    account:
      !isForUser && user !== undefined ? `  <key>UserName</key>\n  <string>${escapeXml(user)}</string>` : '',
    stopSeconds: String(STOP_SECONDS[role]),
    logFile: escapeXml(logFile),
  })
}
