import type { Command } from './command.ts'

/** A command before it is needed: loading all of them would take longer than most of them run. */
export type CommandEntry = {
  /** Half a line for the list of commands. */
  summary: string
  load: () => Promise<Command>
}

/** All of `hearth COMMAND`, in groups as people look for them. */
export const commandGroups: Record<string, Record<string, CommandEntry>> = {
  'Run Hearth': {
    up: {
      summary: 'run everything on this machine (as npm start does)',
      load: async () => (await import('./up.ts')).upCommand,
    },
    coordinator: {
      summary: 'run a coordinator by itself, on a Postgres server',
      load: async () => (await import('./coordinator.ts')).coordinatorCommand,
    },
    agent: {
      summary: 'let this machine into a Hearth, run its agent, say how it stands',
      load: async () => (await import('./agent.ts')).agentCommand,
    },
    service: {
      summary: 'let the system start Hearth by itself: install, uninstall, status, logs',
      load: async () => (await import('./service.ts')).serviceCommand,
    },
  },
  'See and steer it': {
    agents: {
      summary: 'the machines of this Hearth: list, pause, resume, revoke, rename',
      load: async () => (await import('./agents.ts')).agentsCommand,
    },
    jobs: {
      summary: 'the work: summary, list, failures, retry, cancel, pause, resume',
      load: async () => (await import('./jobs.ts')).jobsCommand,
    },
    libraries: {
      summary: 'the folders of pictures: list, add, scan, pause, resume',
      load: async () => (await import('./libraries.ts')).librariesCommand,
    },
    models: {
      summary: 'what sees in pictures: list, pull, verify, use, add',
      load: async () => (await import('./models.ts')).modelsCommand,
    },
    wake: {
      summary: 'wake the machine of an agent that sleeps',
      load: async () => (await import('./wake.ts')).wakeCommand,
    },
  },
  'Look after it': {
    doctor: {
      summary: 'look at everything this machine needs, and say what to do',
      load: async () => (await import('./doctor.ts')).doctorCommand,
    },
    config: {
      summary: 'print every setting with where its value comes from; check them',
      load: async () => (await import('./config.ts')).configCommand,
    },
    backup: {
      summary: 'write everything in the database to one proved file',
      load: async () => (await import('./backup.ts')).backupCommand,
    },
    restore: {
      summary: 'put a backup into an empty database',
      load: async () => (await import('./restore.ts')).restoreCommand,
    },
    rebuild: {
      summary: 'bring back into an empty database what was written to the sidecars',
      load: async () => (await import('./rebuild.ts')).rebuildCommand,
    },
    database: {
      summary: 'say which database is used; move it to a server and back',
      load: async () => (await import('./database.ts')).databaseCommand,
    },
  },
}
