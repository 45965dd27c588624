import type { z } from 'zod'
import { HearthConfig, sectionNames } from '../../config/hearth-config.ts'
import { environmentName, listSettings, type Setting } from '../../config/settings/list-settings.ts'

const introduction = `# Configuration

<!-- Written by npm run docs:config from the schemas in config/; do not edit. -->

On one machine nothing has to be configured: \`npm start -- ~/Pictures\` hands each process what it needs. A
coordinator or an agent that runs by itself (\`hearth coordinator\`, \`node agents/main.ts\`) reads its section from
these places; what comes later wins:

1. the defaults below;
2. a file in YAML or JSON: the one that \`--config\` names, else \`HEARTH_CONFIG_FILE\`, else the first there is of
   \`~/.config/hearth/hearth.yaml\` and \`/etc/hearth/hearth.yaml\` ([an example](../config/examples/hearth.yaml));
3. \`.env\` beside that file, or in the current folder where there is none;
4. the environment: \`HEARTH_\`, the section, the setting, with \`__\` for each dot: \`HEARTH_COORDINATOR__PORT=9000\`;
5. flags of the command: \`hearth coordinator --port 9000 --keep-days.done 30\`.

In the environment and in flags lists are separated by commas or written as JSON, and \`null\` is null. A secret can
also be given as a file that holds it: \`urlFile\` in the file, \`…__URL_FILE\` in the environment.

\`hearth config print\` shows every setting with its value and where that comes from, \`hearth config check\` says all
that is wrong at once, each with its place. An unknown setting is a mistake, not a silence.

An agent that was let in with \`hearth agent pair\` needs no file: what it is and whom it trusts lies in its state
folder, and what its machine offers in \`agent.json\` there, which has the settings of the section \`agent\` without
its name around them.
`

/** The whole of `docs/configuration.md`. */
export function configurationPage(): string {
  return [introduction, ...sectionNames.map(sectionText)].join('\n')
}

function sectionText(section: (typeof sectionNames)[number]): string {
  const schema: z.ZodType = HearthConfig.shape[section]
  const rows = listSettings(schema).map((setting) => row(section, setting))
  return [
    `## ${section}`,
    '',
    `${schema.description ?? ''}.`,
    '',
    '| setting | values | default | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function row(section: string, setting: Setting): string {
  const { path, values, description, otherVariable, isSecret } = setting
  const notes = [
    description,
    otherVariable === undefined ? '' : `Also ${otherVariable}`,
    isSecret ? `Secret: never shown; ${path.split('.').at(-1)}File names a file with it` : '',
  ].filter(Boolean)
  return `| \`${path}\`<br>\`${environmentName(`${section}.${path}`)}\` | ${cell(values)} | ${defaultOf(setting)} | ${cell(notes.join('. '))} |`
}

function defaultOf({ defaultValue, isRequired }: Setting): string {
  if (defaultValue === undefined) return isRequired ? '**required**' : '–'
  return `\`${JSON.stringify(defaultValue)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
